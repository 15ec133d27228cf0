using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Formae.Model;

/// <summary>What two values are compared by.</summary>
public enum Sense
{
    /// <summary>
    /// What was declared: a reference is the place it points at, whatever value it had. An empty text in a field of an object is how documents leave the field out.
    /// </summary>
    Declaration,

    /// <summary>As <see cref="Declaration"/>, for what is stored: a reference in whose place something else was found since is no longer that reference.</summary>
    Stored,

    /// <summary>What the cloud holds: a reference is its value, and what no read returns does not count inside of objects.</summary>
    Content,
}

/// <summary>
/// Writes a value so that two values mean the same exactly when their texts are equal: keys sorted, empties left out, numbers by value, secrets by
/// digest, and arrays without an order sorted. One rule for planning, for the plugin's pre-read and for matching the elements of collections.
/// </summary>
public static class CanonicalText
{
    /// <summary>The text of a value; empty for null, <c>[]</c>, <c>{}</c> and whatever holds only these.</summary>
    /// <param name="without">Properties of this very object that do not count.</param>
    /// <param name="leftOut">Fields, at any depth, that do not count: see <see cref="ProviderDefaults.LeftOutBy"/>.</param>
    public static string Of(JsonElement value, HintTree hints, Sense sense, IReadOnlyCollection<string>? without = null, IReadOnlySet<HintTree>? leftOut = null)
    {
        var text = new StringBuilder();
        Write(value, hints, new Reading(sense, leftOut), text, without);
        return text.ToString();
    }

    public static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.EnumerateObject().All(static property => IsEmpty(property.Value)),
        _ => false,
    };

    /// <summary>Empty in a declaration: as <see cref="IsEmpty"/>, and an empty text, which is how documents leave a field out.</summary>
    public static bool IsLeftOut(JsonElement declared) => declared.ValueKind switch
    {
        JsonValueKind.String => declared.ValueEquals(""),
        JsonValueKind.Object => !Envelope.IsEnvelope(declared) && declared.EnumerateObject().All(static property => IsLeftOut(property.Value)),
        _ => IsEmpty(declared),
    };

    private static void Write(JsonElement value, HintTree hints, Reading reading, StringBuilder text, IReadOnlyCollection<string>? without)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return;
            case JsonValueKind.Object when Envelope.IsEnvelope(value):
                WriteEnvelope(value, hints, reading, text);
                return;
        }

        if (hints.Hint.Opaque)
        {
            WriteDigest(SecretValues.Digest(value), text);
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(value, hints, reading, text, without);
                break;
            case JsonValueKind.Array:
                WriteArray(value, hints, reading, text);
                break;
            case JsonValueKind.String:
                var plain = value.GetString()!;
                if (hints.IsJson && JsonText.TryCanonical(plain, out var canonical))
                    WriteText('j', canonical, text);
                else
                    WriteText('s', plain, text);
                break;
            case JsonValueKind.Number:
                text.Append('n');
                CanonicalNumber.Append(value, text);
                break;
            case JsonValueKind.True:
                text.Append('t');
                break;
            default:
                text.Append('f');
                break;
        }
    }

    private static void WriteEnvelope(JsonElement value, HintTree hints, Reading reading, StringBuilder text)
    {
        if (SecretValues.DigestOf(value) is { } digest && (reading.Sense == Sense.Content || !Envelope.IsReference(value)))
        {
            WriteDigest(digest, text);
        }
        else if (Envelope.IsReference(value))
        {
            if (reading.Sense == Sense.Content && value.TryGetProperty(Envelope.Value, out var last))
            {
                Write(last, hints, reading, text, null);
                return;
            }

            if (reading.Sense == Sense.Stored && HasDrifted(value, hints))
                text.Append('d');
            WriteText('r', value.GetProperty(Envelope.Reference).GetString()!, text);
            WriteText('j', value.TryGetProperty(Envelope.Json, out var path) ? path.GetString() ?? "" : "", text);
        }
        else if (Envelope.IsSource(value))
        {
            text.Append('S');
            foreach (var key in (ReadOnlySpan<string>)[Envelope.Stack, Envelope.Type, Envelope.Label, Envelope.Property, Envelope.Json])
                WriteText('k', value.TryGetProperty(key, out var part) && part.ValueKind == JsonValueKind.String ? part.GetString()! : "", text);
        }
        else if (reading.Sense == Sense.Content && value.TryGetProperty(Envelope.Embed, out _) && value.TryGetProperty(Envelope.Value, out var made))
        {
            Write(made, hints, reading, text, null);
        }
        else if (value.TryGetProperty(Envelope.Template, out var template) && template.ValueKind == JsonValueKind.String)
        {
            WriteText('e', template.GetString()!, text);
        }
        else
        {
            Write(value.TryGetProperty(Envelope.Value, out var inner) ? inner : default, hints, reading, text, null);
        }
    }

    private static void WriteObject(JsonElement value, HintTree hints, Reading reading, StringBuilder text, IReadOnlyCollection<string>? without)
    {
        var properties = new List<KeyValuePair<string, JsonElement>>();
        foreach (var property in value.EnumerateObject())
            properties.Add(new(property.Name, property.Value));
        properties.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));

        var start = text.Length;
        text.Append('{');
        foreach (var (key, child) in properties)
        {
            var node = hints.Child(key);
            if (without is not null ? without.Contains(key) : reading.Sense == Sense.Content && node.Hint.WriteOnly)
                continue;
            if (reading.LeftOut?.Contains(node) == true || reading.Sense != Sense.Content && child.ValueKind == JsonValueKind.String && child.ValueEquals(""))
                continue;
            var before = text.Length;
            WriteText('k', key, text);
            var after = text.Length;
            Write(child, node, reading, text, null);
            if (text.Length == after)
                text.Length = before;
        }

        if (text.Length == start + 1)
            text.Length = start;
        else
            text.Append('}');
    }

    private static void WriteArray(JsonElement value, HintTree hints, Reading reading, StringBuilder text)
    {
        var count = value.GetArrayLength();
        if (count == 0)
            return;
        var elements = ArrayPool<string>.Shared.Rent(count);
        var next = 0;
        foreach (var element in value.EnumerateArray())
            elements[next++] = Of(element, hints, reading.Sense, null, reading.LeftOut);

        var isValueSet = hints.Hint.UpdateMethod is UpdateMethod.None or UpdateMethod.Set;
        if (hints.Hint.UpdateMethod is not UpdateMethod.Array)
            Array.Sort(elements, 0, count, StringComparer.Ordinal);
        text.Append('[');
        for (var i = 0; i < count; i++)
        {
            var isRepeated = isValueSet && i > 0 && elements[i] == elements[i - 1];
            if (!isRepeated)
                WriteText('i', elements[i], text);
        }

        text.Append(']');
        ArrayPool<string>.Shared.Return(elements, clearArray: true);
    }

    // A synchronisation that found another value than the one written keeps that value and drops what was applied.
    private static bool HasDrifted(JsonElement reference, HintTree hints) =>
        reference.TryGetProperty(Envelope.Value, out _) && !reference.TryGetProperty(Envelope.Applied, out _) && !SecretValues.IsSecret(reference, hints);

    private static void WriteDigest(string digest, StringBuilder text) => WriteText('h', digest, text);

    private static void WriteText(char kind, string value, StringBuilder text) =>
        text.Append(kind).Append(CultureInfo.InvariantCulture, $"{value.Length}").Append(':').Append(value);

    private readonly record struct Reading(Sense Sense, IReadOnlySet<HintTree>? LeftOut);
}
