using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;

namespace Formae.Coordination.Intake;

/// <summary>Reads the part of the inventory that a plan needs: partitions, single rows and look-ups, never a scan of all stacks.</summary>
public sealed class InventoryReader(ResourceStore resources, StackStore stacks, TargetStore targets, PolicyStore policies, DriftQuery drift)
{
    public Task<Inventory> ReadAsync(InventoryNeeds needs, CancellationToken cancellation) => ReadMoreAsync(new Inventory(), needs, cancellation);

    /// <summary>The inventory with what a plan needs besides.</summary>
    public async Task<Inventory> ReadMoreAsync(Inventory inventory, InventoryNeeds needs, CancellationToken cancellation)
    {
        var found = inventory.Resources.ToDictionary(resource => resource.Ksuid!, StringComparer.Ordinal);
        foreach (var stack in await TableRows.ReadEachAsync(needs.Stacks, stack => resources.ReadStackAsync(stack, cancellation)))
            Add(found, stack);
        Add(found, (await TableRows.ReadEachAsync(needs.Resources, key => resources.FindAsync(key, cancellation))).OfType<Resource>());
        foreach (var named in await TableRows.ReadEachAsync(needs.Labels, one => resources.FindByLabelAsync(one.Stack, one.Label, cancellation)))
            Add(found, named);
        Add(found, (await TableRows.ReadEachAsync(needs.Ksuids.Where(ksuid => !found.ContainsKey(ksuid)), ksuid => resources.FindAsync(ksuid, cancellation)))
            .OfType<(Resource Resource, string CommandId)>().Select(one => one.Resource));
        Add(found, await AdoptableAsync(needs, found.Values, cancellation));
        foreach (var target in await TableRows.ReadEachAsync(needs.ResourcesOnTargets, target => resources.ReadTargetAsync(target, cancellation)))
            Add(found, target);

        var dependentsRead = inventory.DependentsRead.ToHashSet(StringComparer.Ordinal);
        var targetsRead = inventory.TargetsRead.Concat(needs.ResourcesOnTargets).ToHashSet(StringComparer.Ordinal);
        var dependentTargets = await AddDependentsAsync(found, needs.Dependents ? [.. found.Keys] : [.. needs.DependentsOf], dependentsRead, targetsRead, cancellation);

        var targetLabels = needs.Targets.Concat(found.Values.Select(resource => resource.Target)).Concat(dependentTargets)
            .Except(inventory.Targets.Select(target => target.Label), StringComparer.Ordinal).ToList();
        var stackLabels = needs.Stacks.Concat(needs.StackRows).Except(inventory.Stacks.Select(stack => stack.Label), StringComparer.Ordinal).ToList();
        var modifications = await TableRows.ReadEachAsync(needs.Drift, stack => drift.SinceReconcileAsync(stack, cancellation));
        var foundStacks = (await TableRows.ReadEachAsync(stackLabels, label => stacks.FindAsync(label, cancellation))).OfType<Stack>().ToList();

        // A stack's own references too: to say what a stack is detached from, the policy must be known.
        var policyLabels = needs.Policies.Concat(foundStacks.SelectMany(Policies.ReferencedBy)).Except(inventory.Policies.Select(policy => policy.Label), StringComparer.Ordinal).ToList();
        return new Inventory
        {
            Resources = [.. found.Values],
            Targets = [.. inventory.Targets, .. (await TableRows.ReadEachAsync(targetLabels, label => targets.FindAsync(label, cancellation))).OfType<Target>()],
            Stacks = [.. inventory.Stacks, .. foundStacks],
            Policies = [.. inventory.Policies, .. (await TableRows.ReadEachAsync(policyLabels, label => policies.FindAsync(label, cancellation))).OfType<Policy>()],
            Modifications = [.. inventory.Modifications, .. modifications.SelectMany(list => list)],
            PolicyUsers = needs.PolicyUsers.Count == 0 ? inventory.PolicyUsers : await PolicyUsersAsync(needs.PolicyUsers, cancellation),
            DependentsRead = dependentsRead,
            TargetsRead = targetsRead,
            KsuidsRead = inventory.KsuidsRead.Concat(needs.Ksuids).ToHashSet(StringComparer.Ordinal),
        };
    }

    /// <summary>Discovered resources that the document could adopt.</summary>
    private async Task<IEnumerable<Resource>> AdoptableAsync(InventoryNeeds needs, IEnumerable<Resource> found, CancellationToken cancellation)
    {
        if (needs.Adoptable.Count == 0 || !await resources.HasAnyAsync(Stack.Unmanaged, cancellation))
            return [];
        var named = found.Select(resource => (resource.Type.ToLowerInvariant(), resource.Label)).ToHashSet();
        var adoptable = needs.Adoptable.Where(key => !named.Contains((key.Type.ToLowerInvariant(), key.Label)));
        return (await TableRows.ReadEachAsync(adoptable, key => resources.FindAsync(key, cancellation))).OfType<Resource>();
    }

    /// <summary>
    /// Breadth first over the look-up rows of references, one round per level: resources that refer, targets whose config refers, and what is on those targets.
    /// </summary>
    private async Task<IReadOnlyCollection<string>> AddDependentsAsync(
        Dictionary<string, Resource> found, IReadOnlyList<string> roots, HashSet<string> read, HashSet<string> targetsRead, CancellationToken cancellation)
    {
        var labels = new HashSet<string>(StringComparer.Ordinal);
        for (var next = roots.Where(read.Add).ToList(); next.Count > 0;)
        {
            var dependents = await TableRows.ReadEachAsync(next, ksuid => resources.ReadDependentsAsync(ksuid, cancellation));
            var reached = dependents.SelectMany(found => found.Resources).ToList();
            var newTargets = dependents.SelectMany(found => found.Targets).Where(labels.Add).Where(targetsRead.Add).ToList();
            foreach (var onTarget in await TableRows.ReadEachAsync(newTargets, target => resources.ReadTargetAsync(target, cancellation)))
                reached.AddRange(onTarget);
            Add(found, reached);
            next = [.. reached.Select(resource => resource.Ksuid!).Where(read.Add)];
        }

        return labels;
    }

    private async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> PolicyUsersAsync(IReadOnlySet<string> labels, CancellationToken cancellation)
    {
        var users = labels.ToDictionary(label => label, _ => new List<string>(), StringComparer.Ordinal);
        foreach (var stack in await stacks.ListAsync(cancellation))
        {
            foreach (var label in Policies.ReferencedBy(stack).Where(users.ContainsKey))
                users[label].Add(stack.Label);
        }

        return users.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)pair.Value, StringComparer.Ordinal);
    }

    private static void Add(Dictionary<string, Resource> found, IEnumerable<Resource> more)
    {
        foreach (var resource in more)
            found.TryAdd(resource.Ksuid!, resource);
    }
}
