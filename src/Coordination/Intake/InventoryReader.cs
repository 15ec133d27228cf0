using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;

namespace Formae.Coordination.Intake;

/// <summary>Reads the part of the inventory that a plan needs: partitions and single rows, never a scan of all stacks.</summary>
public sealed class InventoryReader(ResourceStore resources, StackStore stacks, TargetStore targets)
{
    public async Task<Inventory> ReadAsync(InventoryNeeds needs, CancellationToken cancellation)
    {
        var found = new Dictionary<string, Resource>(StringComparer.Ordinal);
        foreach (var stack in await TableRows.ReadEachAsync(needs.Stacks, stack => resources.ReadStackAsync(stack, cancellation)))
            Add(found, stack);
        Add(found, (await TableRows.ReadEachAsync(needs.Resources, key => resources.FindAsync(key, cancellation))).OfType<Resource>());

        var named = found.Values.Select(resource => (resource.Type.ToLowerInvariant(), resource.Label)).ToHashSet();
        var adoptable = needs.Adoptable.Count == 0 || !await resources.HasAnyAsync(Stack.Unmanaged, cancellation) ? [] : needs.Adoptable.Where(key => !named.Contains((key.Type.ToLowerInvariant(), key.Label)));
        Add(found, (await TableRows.ReadEachAsync(adoptable, key => resources.FindAsync(key, cancellation))).OfType<Resource>());

        if (needs.ResourcesOnTargets.Count > 0)
            Add(found, (await resources.ReadAllAsync(cancellation)).Where(resource => needs.ResourcesOnTargets.Contains(resource.Target)));
        if (needs.Dependents)
            await AddDependentsAsync(found, cancellation);

        var targetLabels = needs.Targets.Concat(found.Values.Select(resource => resource.Target)).Distinct(StringComparer.Ordinal);
        var stackLabels = needs.Stacks.Concat(needs.StackRows).Distinct(StringComparer.Ordinal);
        return new Inventory
        {
            Resources = [.. found.Values],
            Targets = [.. (await TableRows.ReadEachAsync(targetLabels, label => targets.FindAsync(label, cancellation))).OfType<Target>()],
            Stacks = [.. (await TableRows.ReadEachAsync(stackLabels, label => stacks.FindAsync(label, cancellation))).OfType<Stack>()],
        };
    }

    /// <summary>Breadth first over the look-up rows of references.</summary>
    private async Task AddDependentsAsync(Dictionary<string, Resource> found, CancellationToken cancellation)
    {
        var next = found.Keys.ToList();
        while (next.Count > 0)
        {
            var dependents = await TableRows.ReadEachAsync(next, ksuid => resources.ReadDependentsAsync(ksuid, cancellation));
            next = [.. dependents.SelectMany(list => list).Where(resource => found.TryAdd(resource.Ksuid!, resource)).Select(resource => resource.Ksuid!)];
        }
    }

    private static void Add(Dictionary<string, Resource> found, IEnumerable<Resource> more)
    {
        foreach (var resource in more)
            found.TryAdd(resource.Ksuid!, resource);
    }
}
