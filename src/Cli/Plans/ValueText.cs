using System.Text;
using System.Text.Json;
using Formae.Model;

namespace Formae.Cli.Plans;

/// <summary>A property value in one short line: references by name, secrets never.</summary>
internal sealed class ValueText(IReadOnlyDictionary<string, string>? labels = null)
{
    public const string Secret = "***";
    public const int Longest = 100;

    public string Of(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.Length > Longest ? $"{text.ToString(0, Longest)}…" : text.ToString();
    }

    public static bool IsSecret(JsonElement value) =>
        Envelope.IsOpaque(value) || Envelope.IsSealed(value) || Envelope.IsHashed(value)
        || (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("$opaque", out _));

    /// <summary>A reference that is written again because what it points at is replaced; its value is known once that is done.</summary>
    public static bool IsRewritten(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("$cascade-resolvable", out _);

    private void Append(StringBuilder text, JsonElement value)
    {
        if (text.Length > Longest)
            return;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when Reference(value) is { } reference:
                text.Append(reference);
                break;
            case JsonValueKind.Object when IsSecret(value):
                text.Append(Secret);
                break;
            case JsonValueKind.Object when Envelope.IsValue(value):
                Append(text, value.GetProperty(Envelope.Value));
                break;
            case JsonValueKind.Object when value.TryGetProperty(Envelope.Embed, out _):
                text.Append("(text with references)");
                break;
            case JsonValueKind.Object:
                AppendList(text, '{', '}', value.EnumerateObject(), member =>
                {
                    text.Append(member.Name).Append(": ");
                    Append(text, member.Value);
                });
                break;
            case JsonValueKind.Array:
                AppendList(text, '[', ']', value.EnumerateArray(), item => Append(text, item));
                break;
            case JsonValueKind.String:
                AppendString(text, value.GetString()!);
                break;
            case JsonValueKind.Undefined:
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    /// <summary><c>label.Property</c>, whichever way the reference is written; null when it is none.</summary>
    private string? Reference(JsonElement value)
    {
        if (IsRewritten(value))
            return $"(of the new {Member(value, "$source-label")})";
        if (Envelope.IsSource(value))
            return $"{Member(value, Envelope.Label)}.{Member(value, Envelope.Property)}";
        if (!Envelope.IsReference(value) || !PropertyUri.TryParse(Member(value, Envelope.Reference), out var uri))
            return null;
        var name = labels is not null && labels.TryGetValue(uri.Ksuid, out var label) ? label : uri.Ksuid;
        return uri.Path.Length == 0 ? name : $"{name}.{uri.Path.Replace('/', '.')}";
    }

    private static string Member(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? member.ToString() : "";

    private static void AppendList<T>(StringBuilder text, char open, char close, IEnumerable<T> items, Action<T> append)
    {
        text.Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            if (text.Length > Longest)
                return;
            text.Append(isFirst ? open == '{' ? " " : "" : ", ");
            append(item);
            isFirst = false;
        }

        if (open == '{' && !isFirst)
            text.Append(' ');
        text.Append(close);
    }

    // Control characters would move the cursor of whoever looks at this.
    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value.Length > Longest ? value.AsSpan(0, Longest + 1) : value)
        {
            switch (character)
            {
                case '\n': text.Append("\\n"); break;
                case '\t': text.Append("\\t"); break;
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case var control when char.IsControl(control): text.Append($"\\u{(int)control:x4}"); break;
                default: text.Append(character); break;
            }
        }

        text.Append('"');
    }
}
