using Formae.Coordination.Storage;
using Formae.Model;

namespace Formae.Coordination.History;

/// <summary>The names of resources that references point at, the names of those that are gone included.</summary>
public sealed class ResourceNames(ResourceStore resources, VersionStore versions)
{
    /// <summary>KSUID → the name it has, or had last.</summary>
    public async Task<IReadOnlyDictionary<string, ResourceKey>> ReadAsync(IEnumerable<string> ksuids, CancellationToken cancellation)
    {
        var found = await TableRows.ReadEachAsync(ksuids.Distinct(StringComparer.Ordinal), async ksuid =>
            (Ksuid: ksuid, Resource: await resources.FindNamesAsync(ksuid, cancellation) ?? await versions.FindLastAsync(ksuid, cancellation)));
        return found.Where(one => one.Resource is not null).ToDictionary(one => one.Ksuid, one => one.Resource!.Key, StringComparer.Ordinal);
    }
}
