using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>What happens to the declared targets.</summary>
internal sealed class TargetPlanning(PlanRequest request, Identification identities)
{
    public List<TargetUpdate> Updates { get; } = [];

    public PlanOutcome? Run()
    {
        var stored = new Dictionary<string, Target>(StringComparer.Ordinal);
        foreach (var target in request.Inventory.Targets)
            stored[target.Label] = target;
        var stack = request.Forma.Stacks.Count > 0 ? request.Forma.Stacks[0].Label : "";
        for (var i = 0; i < request.Forma.Targets.Count; i++)
        {
            var declared = request.Forma.Targets[i];
            if (declared.Config is { ValueKind: JsonValueKind.Object } config)
            {
                var place = PropertyPath.Of(PropertyPath.Of(PropertyPath.Of(null, "Targets"), i), "Config");
                declared = declared with { Config = identities.Translate(config, stack, place) };
            }

            if (!stored.TryGetValue(declared.Label, out var existing))
                Updates.Add(Update(TargetOperation.Create, declared, null));
            else if (Change(existing, declared) is { } refused)
                return refused;
        }

        return null;
    }

    private PlanOutcome? Change(Target existing, Target declared)
    {
        if (declared.Namespace.Length > 0 && !declared.Namespace.Equals(existing.Namespace, StringComparison.OrdinalIgnoreCase))
            return Rejections.TargetNamespaceDiffers(existing, declared);

        var changed = ChangedFields(existing.Config, declared.Config);
        var hints = (declared.ConfigSchema ?? existing.ConfigSchema)?.Hints;
        var fixedFields = changed.Where(field => hints is null || !hints.TryGetValue(field, out var hint) || hint.CreateOnly).ToList();
        if (fixedFields.Count > 0)
            return Rejections.TargetConfigDiffers(existing, declared, fixedFields);

        var isSame = changed.Count == 0 && existing.Discoverable == declared.Discoverable && existing.Reaping == declared.Reaping
            && (declared.ConfigSchema is null || SameHints(existing.ConfigSchema, declared.ConfigSchema));
        if (!isSame)
        {
            var updated = declared with { Namespace = existing.Namespace, Version = existing.Version, ConfigSchema = declared.ConfigSchema ?? existing.ConfigSchema };
            Updates.Add(Update(TargetOperation.Update, updated, existing));
        }

        return null;
    }

    private static List<string> ChangedFields(JsonElement? existing, JsonElement? declared)
    {
        var before = Members(existing);
        var after = Members(declared);
        return [.. before.Keys.Union(after.Keys, StringComparer.Ordinal)
            .Where(name => Text(before, name) != Text(after, name))
            .Order(StringComparer.Ordinal)];

        static string Text(Dictionary<string, JsonElement> members, string name) =>
            members.TryGetValue(name, out var value) ? CanonicalText.Of(value, HintTree.None, Sense.Declaration) : "";
    }

    private static Dictionary<string, JsonElement> Members(JsonElement? config)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (config is { ValueKind: JsonValueKind.Object } value)
        {
            foreach (var property in value.EnumerateObject())
                members[property.Name] = property.Value;
        }

        return members;
    }

    private static bool SameHints(ConfigSchema? existing, ConfigSchema declared) =>
        existing is not null && existing.Hints.Count == declared.Hints.Count
        && declared.Hints.All(hint => existing.Hints.TryGetValue(hint.Key, out var before) && before == hint.Value);

    private static TargetUpdate Update(TargetOperation operation, Target target, Target? existing) =>
        new() { Node = TargetUpdate.NodeOf(target.Label, operation), Operation = operation, Target = target, Existing = existing };
}
