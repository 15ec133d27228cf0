using System.Text.Json;
using Formae.Protocol.Http;

namespace Formae.Cli.Plans;

/// <summary>What happens to one target: a delete and a create under one label are a replace.</summary>
internal sealed record TargetChange(ChangeKind Kind, TargetUpdate Update)
{
    public static IReadOnlyList<TargetChange> Of(Command command) =>
        [.. (command.TargetUpdates ?? []).GroupBy(update => update.TargetLabel, StringComparer.Ordinal).Select(halves => Of([.. halves]))];

    public IReadOnlyList<PatchLine> Lines() => Kind switch
    {
        ChangeKind.Create => [.. Fields(Update.DesiredConfig).Select(field => new PatchLine("+", field.Key, null, field.Value))],
        ChangeKind.Update or ChangeKind.Replace => Changed(Fields(Update.ExistingConfig), Fields(Update.DesiredConfig)),
        _ => [],
    };

    private static TargetChange Of(List<TargetUpdate> halves)
    {
        if (halves.Count == 1)
            return new TargetChange(ResourceChange.KindOf(halves[0].Operation), halves[0]);
        var made = halves.Find(update => ResourceChange.KindOf(update.Operation) == ChangeKind.Create) ?? halves[^1];
        return new TargetChange(ChangeKind.Replace, made with { ExistingConfig = made.ExistingConfig ?? halves[0].ExistingConfig });
    }

    private static IReadOnlyList<PatchLine> Changed(IReadOnlyDictionary<string, JsonElement> before, IReadOnlyDictionary<string, JsonElement> after)
    {
        var lines = new List<PatchLine>();
        foreach (var name in before.Keys.Union(after.Keys, StringComparer.Ordinal))
        {
            JsonElement? old = before.TryGetValue(name, out var stored) ? stored : null;
            JsonElement? now = after.TryGetValue(name, out var wanted) ? wanted : null;
            if (old is { } left && now is { } right && JsonElement.DeepEquals(left, right))
                continue;
            lines.Add(new PatchLine(old is null ? "+" : now is null ? "-" : "~", name, old, now));
        }

        return lines;
    }

    private static Dictionary<string, JsonElement> Fields(JsonElement? config) =>
        config is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject().ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal) : [];
}
