using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Formae.Embedded.Tables;

/// <summary>An entity as the body of a request: values, with the type of each that JSON cannot tell.</summary>
internal static class RowWriting
{
    private const string TypeSuffix = "@odata.type";
    private const int ShortName = 256;

    // Rows hold documents: a quote is escaped with one character, not with five. The body is no part of a web page.
    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(IBufferWriter<byte> body, TableWrite write)
    {
        using var json = new Utf8JsonWriter(body, Form);
        json.WriteStartObject();
        if (write.PartitionKey is not null)
            WriteText(json, "PartitionKey", write.PartitionKey);
        if (write.RowKey is not null)
            WriteText(json, "RowKey", write.RowKey);
        for (var i = 0; i < write.Properties.Count; i++)
            Write(json, write.Properties[i].Name, write.Properties[i].Value);
        json.WriteEndObject();
    }

    /// <summary>Other letters than those of ASCII are escaped, as by the service's own client: Azurite tears them where a body comes in two pieces.</summary>
    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        if (Ascii.IsValid(text))
            json.WriteString(name, text);
        else
            json.WriteString(name, JsonEncodedText.Encode(text));
    }

    private static void Write(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case string text:
                WriteText(json, name, text);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                WriteType(json, name, "Edm.Int64");
                Span<char> digits = stackalloc char[20];
                number.TryFormat(digits, out var length);
                json.WriteString(name, digits[..length]);
                break;
            case double number:
                WriteType(json, name, "Edm.Double");
                if (double.IsFinite(number))
                    json.WriteNumber(name, number);
                else
                    json.WriteString(name, double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case DateTimeOffset time:
                WriteType(json, name, "Edm.DateTime");
                json.WriteString(name, time.UtcDateTime);
                break;
            case Guid id:
                WriteType(json, name, "Edm.Guid");
                json.WriteString(name, id);
                break;
            case byte[] bytes:
                WriteType(json, name, "Edm.Binary");
                json.WriteBase64String(name, bytes);
                break;
            default:
                throw new NotSupportedException($"The property '{name}' is a {value.GetType()}, which a table cannot store.");
        }
    }

    private static void WriteType(Utf8JsonWriter json, string name, string type)
    {
        Span<char> annotation = name.Length <= ShortName ? stackalloc char[ShortName + TypeSuffix.Length] : new char[name.Length + TypeSuffix.Length];
        name.CopyTo(annotation);
        TypeSuffix.CopyTo(annotation[name.Length..]);
        json.WriteString(annotation[..(name.Length + TypeSuffix.Length)], type);
    }
}
