using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Formae.Cli.Plans;

/// <summary>One line of a JSON patch, with the value it replaces.</summary>
internal sealed record PatchLine(string Sign, string Path, JsonElement? Old, JsonElement? New)
{
    public bool IsSecret => (Old is { } old && ValueText.IsSecret(old)) || (New is { } now && ValueText.IsSecret(now));

    /// <summary>The operations of a patch from <paramref name="before"/> to <paramref name="after"/>.</summary>
    public static IReadOnlyList<PatchLine> Of(JsonElement? patch, JsonElement? before, JsonElement? after)
    {
        if (patch is not { ValueKind: JsonValueKind.Array } operations)
            return [];
        var lines = new List<PatchLine>();
        foreach (var operation in operations.EnumerateArray())
        {
            var pointer = Text(operation, "path");
            var names = pointer.Split('/', StringSplitOptions.None).Skip(1).Select(name => name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
            var (old, oldSecret) = Find(before, names);
            var (desired, desiredSecret) = Find(after, names);
            JsonElement? value = operation.TryGetProperty("value", out var given) ? given : null;
            if ((oldSecret || desiredSecret) && !(value is { } rewritten && ValueText.IsRewritten(rewritten)))
                (old, value) = (old is null ? null : HiddenValue, value is null ? null : HiddenValue);
            else if (value is { } marker && ValueText.IsRewritten(marker))
                old = marker.TryGetProperty("$current-value", out var current) ? current : old;
            else if (desired is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty("$ref", out _))
                value = whole;
            lines.Add(Text(operation, "op") switch
            {
                "remove" => new PatchLine("-", Readable(names), old, null),
                "add" when old is null || names is [.., "-"] => new PatchLine("+", Readable(names), null, value),
                _ => new PatchLine("~", Readable(names), old, value),
            });
        }

        return lines;
    }

    /// <summary><c>Tags[0].Value</c>.</summary>
    public static string Readable(IReadOnlyList<string> names)
    {
        var text = new StringBuilder();
        foreach (var name in names)
        {
            if (name == "-")
                text.Append("[]");
            else if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                text.Append('[').Append(name).Append(']');
            else
                text.Append(text.Length == 0 ? "" : ".").Append(name);
        }

        return text.ToString();
    }

    private static JsonElement HiddenValue { get; } = JsonDocument.Parse("""{"$opaque":"redacted"}""").RootElement;

    private static string Text(JsonElement operation, string name) => operation.TryGetProperty(name, out var value) ? value.ToString() : "";

    /// <summary>The value at a path, looking through value envelopes; and whether anything on the way is secret.</summary>
    private static (JsonElement? Value, bool IsSecret) Find(JsonElement? root, IReadOnlyList<string> names)
    {
        if (root is not { } value)
            return (null, false);
        var isSecret = false;
        foreach (var name in names)
        {
            isSecret |= ValueText.IsSecret(value);
            if (value.ValueKind == JsonValueKind.Object && !value.TryGetProperty(name, out _) && value.TryGetProperty("$value", out var inner))
                value = inner;
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member))
                value = member;
            else if (value.ValueKind == JsonValueKind.Array && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < value.GetArrayLength())
                value = value[index];
            else
                return (null, isSecret);
        }

        return (value, isSecret || ValueText.IsSecret(value));
    }
}
