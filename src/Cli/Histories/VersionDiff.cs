using System.Globalization;
using System.Text.Json;
using Formae.Cli.Plans;

namespace Formae.Cli.Histories;

/// <summary>What one version of a resource changed of the one before it, field by field.</summary>
internal static class VersionDiff
{
    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;

    public static IReadOnlyList<PatchLine> Between(JsonElement? before, JsonElement? after)
    {
        var lines = new List<PatchLine>();
        Compare(lines, [], before ?? Nothing, after ?? Nothing);
        return lines;
    }

    private static void Compare(List<PatchLine> lines, IReadOnlyList<string> path, JsonElement before, JsonElement after)
    {
        if (JsonElement.DeepEquals(before, after))
            return;
        if (IsPlain(before) && IsPlain(after) && before.ValueKind == after.ValueKind)
        {
            var (old, now) = (Members(before), Members(after));
            foreach (var name in now.Keys.Concat(old.Keys.Where(name => !now.ContainsKey(name))))
            {
                IReadOnlyList<string> place = [.. path, name];
                if (!old.TryGetValue(name, out var was))
                    lines.Add(new PatchLine("+", PatchLine.Readable(place), null, now[name]));
                else if (!now.TryGetValue(name, out var value))
                    lines.Add(new PatchLine("-", PatchLine.Readable(place), was, null));
                else
                    Compare(lines, place, was, value);
            }

            return;
        }

        lines.Add(new PatchLine("~", PatchLine.Readable(path), before, after));
    }

    private static Dictionary<string, JsonElement> Members(JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal)
        : value.EnumerateArray().Select((item, index) => (item, index)).ToDictionary(pair => pair.index.ToString(CultureInfo.InvariantCulture), pair => pair.item, StringComparer.Ordinal);

    // An envelope is one value: a reference, a secret.
    private static bool IsPlain(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array || value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any(member => member.Name.StartsWith('$'));
}
