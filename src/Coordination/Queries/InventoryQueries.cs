using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Queries;

/// <summary>What the inventory holds, as the API shows it: references by label, secrets as hashes.</summary>
public sealed class InventoryQueries(ResourceStore resources, StackStore stacks, TargetStore targets, PluginCatalog catalog)
{
    public static IReadOnlyCollection<string> ResourceFields { get; } = ["stack", "type", "label", "target", "managed"];

    public static IReadOnlyCollection<string> DestroyFields { get; } = ["stack", "type", "label", "target", "native_id"];

    public static IReadOnlyCollection<string> TargetFields { get; } = ["label", "namespace", "discoverable"];

    /// <summary>Resources that match, with their stacks and targets.</summary>
    public async Task<Forma> ResourcesAsync(Query query, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var found = await MatchingAsync(query, cancellation);
        var keys = await KeysAsync(found, cancellation);
        var shown = found.Select(resource => resource with { Properties = resource.Properties is { } properties ? References.ToSource(properties, ksuid => keys.TryGetValue(ksuid, out var key) ? key : null) : null }).ToList();
        var usedStacks = shown.Select(resource => resource.Stack).ToHashSet(StringComparer.Ordinal);
        var usedTargets = shown.Select(resource => resource.Target).ToHashSet(StringComparer.Ordinal);
        return new Forma
        {
            Resources = shown,
            Stacks = [.. (await stacks.ListAsync(cancellation)).Where(stack => usedStacks.Contains(stack.Label))],
            Targets = [.. (await TargetsAsync(Query.Everything, cancellation)).Where(target => usedTargets.Contains(target.Label))],
        };
    }

    /// <summary>A document that names the managed resources which match: what a destroy by query destroys.</summary>
    public async Task<Forma> SelectAsync(Query query, CancellationToken cancellation) => new()
    {
        Resources = [.. (await MatchingAsync(query, cancellation))
            .Where(resource => resource.Managed)
            .Select(resource => new Resource { Stack = resource.Stack, Type = resource.Type, Label = resource.Label, Target = resource.Target })],
    };

    public async Task<IReadOnlyList<ResourceSummary>> SummariesAsync(Query query, CancellationToken cancellation) =>
        [.. (await MatchingAsync(query, cancellation)).Select(resource => new ResourceSummary
        {
            Label = resource.Label,
            Stack = resource.Stack,
            Type = resource.Type,
            NativeId = resource.NativeId,
            Ksuid = resource.Ksuid,
        })];

    public async Task<Resource?> ResourceAsync(string ksuid, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        if (await resources.FindAsync(ksuid, cancellation) is not { } found)
            return null;
        var keys = await KeysAsync([found.Resource], cancellation);
        return found.Resource with { Properties = found.Resource.Properties is { } properties ? References.ToSource(properties, producer => keys.TryGetValue(producer, out var key) ? key : null) : null };
    }

    public Task<IReadOnlyList<Stack>> StacksAsync(CancellationToken cancellation) => stacks.ListAsync(cancellation);

    public async Task<IReadOnlyList<Target>> TargetsAsync(Query query, CancellationToken cancellation) =>
        [.. (await targets.ListAsync(cancellation))
            .Where(target => query.Matches(field => field.ToLowerInvariant() switch
            {
                "label" => target.Label,
                "namespace" => target.Namespace,
                _ => target.Discoverable ? "true" : "false",
            }))
            .Select(target => target with { Config = target.Config is { } config ? SecretValues.Redacted(config, null) : null })];

    private async Task<IReadOnlyList<Resource>> MatchingAsync(Query query, CancellationToken cancellation)
    {
        var candidates = query.Exact("stack") is { } stack ? await resources.ReadStackAsync(stack, cancellation) : await resources.ReadAllAsync(cancellation);
        return [.. candidates.Where(resource => query.Matches(field => field.ToLowerInvariant() switch
        {
            "stack" => resource.Stack,
            "type" => resource.Type,
            "label" => resource.Label,
            "target" => resource.Target,
            "native_id" => resource.NativeId,
            _ => resource.Managed ? "true" : "false",
        }))];
    }

    /// <summary>The names of everything these resources refer to, read one by one only where the list itself does not have them.</summary>
    private async Task<Dictionary<string, ResourceKey>> KeysAsync(IReadOnlyList<Resource> found, CancellationToken cancellation)
    {
        var keys = found.Where(resource => resource.Ksuid is not null).ToDictionary(resource => resource.Ksuid!, resource => resource.Key, StringComparer.Ordinal);
        foreach (var producer in found.SelectMany(resource => ResourceStore.ProducersOf(resource.Properties)).Distinct(StringComparer.Ordinal).Where(producer => !keys.ContainsKey(producer)).ToArray())
        {
            if (await resources.FindAsync(producer, cancellation) is { } other)
                keys[producer] = other.Resource.Key;
        }

        return keys;
    }
}
