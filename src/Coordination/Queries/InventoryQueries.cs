using System.Text.Json;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Queries;

/// <summary>What the inventory holds, as the API shows it: references by label, secrets as hashes.</summary>
public sealed class InventoryQueries(ResourceStore resources, StackStore stacks, TargetStore targets, PolicyStore policies, PluginCatalog catalog)
{
    public static IReadOnlyCollection<string> ResourceFields { get; } = ["stack", "type", "label", "target", "managed"];

    public static IReadOnlyCollection<string> DestroyFields { get; } = ["stack", "type", "label", "target", "native_id"];

    public static IReadOnlyCollection<string> TargetFields { get; } = ["label", "namespace", "discoverable"];

    /// <summary>Resources that match, with their stacks, targets and the policies that these stacks refer to.</summary>
    public async Task<Forma> ResourcesAsync(Query query, CancellationToken cancellation) => (await ResourcesAsync(query, Page.All, cancellation)).Items;

    /// <summary>A page of them, which ends behind the place of its last resource.</summary>
    public async Task<Paged<Forma>> ResourcesAsync(Query query, Page page, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var (found, next) = await MatchingAsync(query, page, namesOnly: false, cancellation);
        var keys = await KeysAsync(found, cancellation);
        var usedStacks = await TableRows.ReadEachAsync(found.Select(resource => resource.Stack).Distinct(StringComparer.Ordinal), label => stacks.FindAsync(label, cancellation));
        var usedTargets = await TableRows.ReadEachAsync(found.Select(resource => resource.Target).Distinct(StringComparer.Ordinal), label => targets.FindAsync(label, cancellation));
        var usedPolicies = await TableRows.ReadEachAsync(usedStacks.OfType<Stack>().SelectMany(Policies.ReferencedBy).Distinct(StringComparer.Ordinal), label => policies.FindAsync(label, cancellation));
        return new(
            new Forma
            {
                Resources = [.. found.Select(resource => WithLabels(resource, keys))],
                Stacks = [.. usedStacks.OfType<Stack>()],
                Targets = [.. usedTargets.OfType<Target>().Select(Shown)],
                Policies = [.. usedPolicies.OfType<Policy>().Select(policy => JsonSerializer.SerializeToElement(policy, HttpJson.Readable.Policy))],
            },
            next);
    }

    /// <summary>A document that names the managed resources which match: what a destroy by query destroys.</summary>
    public async Task<Forma> SelectAsync(Query query, CancellationToken cancellation) => new()
    {
        Resources = [.. (await MatchingAsync(query, Page.All, namesOnly: true, cancellation)).Found
            .Where(resource => resource.Managed)
            .Select(resource => new Resource { Stack = resource.Stack, Type = resource.Type, Label = resource.Label, Target = resource.Target })],
    };

    public async Task<Paged<IReadOnlyList<ResourceSummary>>> SummariesAsync(Query query, Page page, CancellationToken cancellation)
    {
        var (found, next) = await MatchingAsync(query, page, namesOnly: true, cancellation);
        return new(
            [.. found.Select(resource => new ResourceSummary
            {
                Label = resource.Label,
                Stack = resource.Stack,
                Type = resource.Type,
                NativeId = resource.NativeId,
                Ksuid = resource.Ksuid,
            })],
            next);
    }

    public async Task<Resource?> ResourceAsync(string ksuid, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        return await resources.FindAsync(ksuid, cancellation) is { } found
            ? WithLabels(found.Resource, await KeysAsync([found.Resource], cancellation))
            : null;
    }

    public Task<IReadOnlyList<Stack>> StacksAsync(CancellationToken cancellation) => stacks.ListAsync(cancellation);

    public async Task<IReadOnlyList<Target>> TargetsAsync(Query query, CancellationToken cancellation)
    {
        var candidates = query.ExactAny("label") is { } labels
            ? (await TableRows.ReadEachAsync(labels, label => targets.FindAsync(label, cancellation))).OfType<Target>()
            : await targets.ListAsync(cancellation);
        return [.. candidates
            .Where(target => query.Matches(field => field.ToLowerInvariant() switch
            {
                "label" => target.Label,
                "namespace" => target.Namespace,
                _ => target.Discoverable ? "true" : "false",
            }))
            .Select(Shown)];
    }

    private async Task<(IReadOnlyList<Resource> Found, string? Next)> MatchingAsync(Query query, Page page, bool namesOnly, CancellationToken cancellation)
    {
        var found = new List<Resource>();
        await foreach (var resource in CandidatesAsync(query, page.After, namesOnly, cancellation))
        {
            if (!Matches(query, resource.Names))
                continue;
            if (found.Count == page.Limit)
                return (found, ResourceStore.PlaceOf(found[^1]));
            found.Add(namesOnly ? resource.Names : await resource.OpenAsync(cancellation));
        }

        return (found, null);
    }

    /// <summary>In the order of their rows. A stack is a partition, a target has a look-up; without either, everything is read, page by page.</summary>
    private async IAsyncEnumerable<ScannedResource> CandidatesAsync(Query query, string? after, bool namesOnly, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var inStacks = query.ExactAny("stack");
        if (inStacks is null && query.ExactAny("target") is { } onTargets)
        {
            foreach (var resource in await resources.ScanTargetsAsync(onTargets, after, cancellation))
                yield return resource;
            yield break;
        }

        await foreach (var resource in resources.ScanAsync(inStacks, query.Exact("type"), after, namesOnly, cancellation))
            yield return resource;
    }

    private static bool Matches(Query query, Resource resource) => query.Matches(field => field.ToLowerInvariant() switch
    {
        "stack" => resource.Stack,
        "type" => resource.Type,
        "label" => resource.Label,
        "target" => resource.Target,
        "native_id" => resource.NativeId,
        _ => resource.Managed ? "true" : "false",
    });

    /// <summary>The names of everything these resources refer to, read one by one only where the list itself does not have them.</summary>
    private async Task<Dictionary<string, ResourceKey>> KeysAsync(IReadOnlyList<Resource> found, CancellationToken cancellation)
    {
        var keys = found.Where(resource => resource.Ksuid is not null).ToDictionary(resource => resource.Ksuid!, resource => resource.Key, StringComparer.Ordinal);
        var others = found.SelectMany(resource => ResourceStore.ProducersOf(resource.Properties)).Distinct(StringComparer.Ordinal).Where(producer => !keys.ContainsKey(producer)).ToArray();
        foreach (var (ksuid, other) in others.Zip(await TableRows.ReadEachAsync(others, producer => resources.FindNamesAsync(producer, cancellation))))
        {
            if (other is { } producer)
                keys[ksuid] = producer.Key;
        }

        return keys;
    }

    private static Resource WithLabels(Resource resource, Dictionary<string, ResourceKey> keys) => resource with
    {
        Properties = resource.Properties is { } properties ? References.ToSource(properties, ksuid => keys.TryGetValue(ksuid, out var key) ? key : null) : null,
    };

    private static Target Shown(Target target) => target with { Config = target.Config is { } config ? SecretValues.Redacted(config, null) : null };
}
