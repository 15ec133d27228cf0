using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Formae.Model;

/// <summary>Writes something in place of a value and answers true, or answers false to have it copied (and its parts asked about).</summary>
public delegate bool Replacement(JsonElement value, HintTree hints, PropertyPath? path, Utf8JsonWriter writer);

/// <summary>JSON that is text, or becomes it: what all rooms that rewrite properties share.</summary>
public static class JsonText
{
    /// <summary>Deeper than any document that is let in, so that what was read once can always be read again.</summary>
    public const int MaxDepth = 512;

    private const int LargestSpare = 64 * 1024;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Bytes, Utf8JsonWriter Writer)? _spare;

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = true };
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth, SkipValidation = true };

    public static JsonElement EmptyObject { get; } = JsonElement.Parse("{}");

    public static JsonElement Parse(ReadOnlySpan<byte> utf8) => JsonElement.Parse(utf8, Reading);

    public static JsonElement Parse(string text) => JsonElement.Parse(text, Reading);

    public static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        // One pair for each thread is enough nearly always; who writes within a write makes another.
        var (bytes, writer) = _spare ?? (new ArrayBufferWriter<byte>(512), null!);
        _spare = null;
        writer ??= new Utf8JsonWriter(bytes, Writing);
        write(writer);
        writer.Flush();
        var written = Parse(bytes.WrittenSpan);
        if (bytes.Capacity > LargestSpare)
            return written;
        bytes.ResetWrittenCount();
        writer.Reset();
        _spare = (bytes, writer);
        return written;
    }

    /// <summary>Copies a value, with whatever <paramref name="replace"/> writes in place of the parts that it answers for.</summary>
    public static JsonElement Rewrite(JsonElement root, HintTree hints, Replacement replace) => Write(writer => Copy(root, hints, null, writer, replace));

    private static void Copy(JsonElement value, HintTree hints, PropertyPath? path, Utf8JsonWriter writer, Replacement replace)
    {
        if (replace(value, hints, path, writer))
            return;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Copy(property.Value, hints.Child(property.Name), PropertyPath.Of(path, property.Name), writer, replace);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                var index = 0;
                foreach (var element in value.EnumerateArray())
                    Copy(element, hints, PropertyPath.Of(path, index++), writer, replace);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    public static JsonElement String(string text) => Write(writer => writer.WriteStringValue(text));

    /// <summary>Whether the text of a value holds these bytes: a cheap no before a walk.</summary>
    public static bool Mentions(JsonElement? value, ReadOnlySpan<byte> utf8) =>
        value is { ValueKind: JsonValueKind.Object or JsonValueKind.Array } present && JsonMarshal.GetRawUtf8Value(present).IndexOf(utf8) >= 0;

    /// <summary>Whether a string is a JSON document, whatever keys it says twice.</summary>
    public static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Reading);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A JSON document inside a string, with sorted keys; false when it is none, or says a key twice.</summary>
    public static bool TryCanonical(string text, out string canonical)
    {
        canonical = "";
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            var bytes = new ArrayBufferWriter<byte>(text.Length);
            using (var writer = new Utf8JsonWriter(bytes, Writing))
                WriteSorted(document.RootElement, writer);
            canonical = Encoding.UTF8.GetString(bytes.WrittenSpan);
            return true;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Writes a value with sorted keys.</summary>
    /// <param name="value">The value.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="withoutNulls">Members that are null are left out, at every depth; elements of arrays stay.</param>
    internal static void WriteSorted(JsonElement value, Utf8JsonWriter writer, bool withoutNulls = false)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject().Where(property => !withoutNulls || property.Value.ValueKind != JsonValueKind.Null).OrderBy(static property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    WriteSorted(property.Value, writer, withoutNulls);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in value.EnumerateArray())
                    WriteSorted(element, writer, withoutNulls);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
