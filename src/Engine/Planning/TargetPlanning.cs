using System.Globalization;
using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>What happens to targets: to the declared ones, and to those that go along with something else.</summary>
internal sealed class TargetPlanning(PlanRequest request, Catalog catalog)
{
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Target> _final = new(StringComparer.Ordinal);
    private ILookup<string, Resource>? _on;

    public List<TargetUpdate> Updates { get; } = [];

    /// <summary>Targets that become others: whatever is on them must be made again.</summary>
    public List<Target> Replaced { get; } = [];

    /// <summary>Unmanaged resources that nobody sees any more once their target is gone.</summary>
    public List<Resource> Forgotten { get; } = [];

    public List<Diagnostic> Diagnostics { get; } = [];

    /// <summary>The targets that are read or declared, as they will be.</summary>
    public IEnumerable<Target> Final => _final.Values;

    public Target? Find(string label) => _final.GetValueOrDefault(label);

    public bool IsDeleted(string label) => _deleted.Contains(label);

    public IEnumerable<Resource> On(string label)
    {
        _on ??= request.Inventory.Resources.ToLookup(resource => resource.Target, StringComparer.Ordinal);
        return _on[label];
    }

    public PlanOutcome? Run(Identification identities)
    {
        foreach (var target in request.Inventory.Targets)
            _final[target.Label] = target;
        var stack = request.Forma.Stacks.Count > 0 ? request.Forma.Stacks[0].Label : "";
        for (var i = 0; i < request.Forma.Targets.Count; i++)
        {
            var declared = request.Forma.Targets[i];
            var place = PropertyPath.Of(PropertyPath.Of(null, "Targets"), i);
            if (declared.Config is { ValueKind: JsonValueKind.Object } config)
                declared = declared with { Config = ConfigSecrets.Marked(identities.Translate(config, stack, PropertyPath.Of(place, "Config")), HintTree.Of(catalog.ConfigOf(declared.Namespace))) };
            CheckReaping(declared, PropertyPath.Of(place, "Reaping"));
            _final.TryGetValue(declared.Label, out var existing);
            declared = WithKnownSecrets(declared, existing, PropertyPath.Of(place, "Config"));

            if (existing is null)
                Add(TargetOperation.Create, declared, null);
            else if (declared.Namespace.Length > 0 && !declared.Namespace.Equals(existing.Namespace, StringComparison.OrdinalIgnoreCase))
                return Rejections.TargetNamespaceDiffers(existing, declared);
            else
                Change(existing, declared);
        }

        return null;
    }

    public void Delete(Target existing, string? source)
    {
        if (_deleted.Add(existing.Label))
            Add(TargetOperation.Delete, existing, existing, source: source);
    }

    private void Change(Target existing, Target declared)
    {
        var changed = ConfigComparison.ChangedFields(existing.Config, declared.Config);
        var hints = (declared.ConfigSchema ?? existing.ConfigSchema)?.Hints;
        var updated = declared with { Namespace = existing.Namespace, Version = existing.Version, ConfigSchema = declared.ConfigSchema ?? existing.ConfigSchema };
        if (changed.Any(field => hints is null || !hints.TryGetValue(field, out var hint) || hint.CreateOnly))
        {
            var group = request.NewKsuid();
            Add(TargetOperation.Delete, existing, existing, group);
            Add(TargetOperation.Create, updated, existing, group);
            Replaced.Add(existing);
            return;
        }

        var isSame = changed.Count == 0 && existing.Discoverable == declared.Discoverable && existing.Reaping == declared.Reaping
            && (declared.ConfigSchema is null || SameHints(existing.ConfigSchema, declared.ConfigSchema));
        if (!isSame)
            Add(TargetOperation.Update, updated, existing);
    }

    private Target WithKnownSecrets(Target declared, Target? existing, PropertyPath place)
    {
        if (Recreation.UnknownSecrets(declared.Config).Count == 0)
            return declared;
        var config = Recreation.WithKnown(declared.Config!.Value, Recreation.Secrets(existing?.Config, HintTree.None));
        if (existing is null || ConfigComparison.ChangedFields(existing.Config, declared.Config).Count > 0)
            Diagnostics.AddRange(Recreation.UnknownSecrets(config).Select(path => Recreation.NotKnown($"the target '{declared.Label}'", path, place)));
        return declared with { Config = config };
    }

    private void CheckReaping(Target declared, PropertyPath place)
    {
        if (declared.Reaping is { Kind: "after", MaxUnreachableSeconds: { } seconds and < Reaping.MinimumSeconds })
        {
            Diagnostics.Add(new Diagnostic
            {
                Code = DiagnosticCodes.ReapingTooShort,
                Summary = string.Create(CultureInfo.InvariantCulture, $"The target '{declared.Label}' would be given up after {seconds} seconds without an answer; the least is {Reaping.MinimumSeconds}."),
                Detail = "In less time an outage cannot be told from a pause between two looks.",
                Path = PropertyPath.Of(place, nameof(Reaping.MaxUnreachableSeconds)).ToString(),
            });
        }
    }

    private void Add(TargetOperation operation, Target target, Target? existing, string? group = null, string? source = null)
    {
        if (operation != TargetOperation.Delete)
            _final[target.Label] = target;
        else if (group is null)
            _final.Remove(target.Label);
        Updates.Add(new TargetUpdate
        {
            Node = TargetUpdate.NodeOf(target.Label, operation),
            Operation = operation,
            Target = target,
            Existing = existing,
            GroupId = group,
            IsCascade = source is not null,
            CascadeSource = source,
        });
    }

    private static bool SameHints(ConfigSchema? existing, ConfigSchema declared) =>
        existing is not null && existing.Hints.Count == declared.Hints.Count
        && declared.Hints.All(hint => existing.Hints.TryGetValue(hint.Key, out var before) && before == hint.Value);
}
