using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// What else an apply changes because resources go away. Whoever refers to a resource that is replaced is pointed at the new one: in place, or, where
/// the referring field cannot be changed, by a replace of its own. Whoever refers to one that goes for good stands in the way, unless a cascade was asked for.
/// </summary>
internal sealed class Cascades(PlanRequest request, Changes changes, TargetPlanning targets, List<string> notices)
{
    private readonly Queue<Change> _waiting = new();
    private readonly List<(Resource Resource, string Source)> _dependents = [];
    private readonly List<(string Target, string Source)> _dependentTargets = [];

    public PlanOutcome? Run()
    {
        if (Follow() is { } stopped)
            return stopped;
        if (LostReferences.Release(request, changes) is { } unread)
            return unread;
        foreach (var change in changes.All)
            Settle(change);
        changes.Withdraw(changes.All.Where(IsIdle).ToHashSet());
        return null;
    }

    private PlanOutcome? Follow()
    {
        var gone = changes.All.Where(change => change.TakesAway).ToList();
        if (gone.Count == 0)
            return null;
        if (gone.Select(change => change.Ksuid).Where(ksuid => !request.Inventory.DependentsRead.Contains(ksuid)).ToHashSet(StringComparer.Ordinal) is { Count: > 0 } unread)
            return new PlanOutcome.NeedsMore(new InventoryNeeds { DependentsOf = unread });

        var consumers = Consumers();
        var consumingTargets = ConsumingTargets();
        gone.ForEach(_waiting.Enqueue);
        while (_waiting.TryDequeue(out var change))
        {
            foreach (var (consumer, reference) in consumers[change.Ksuid])
                Reach(consumer, reference, change);
            foreach (var target in consumingTargets[change.Ksuid])
                Reach(target, change);
        }

        if (_dependents.Count > 0)
            return Rejections.ResourceHasDependents(_dependents);
        return _dependentTargets.Count > 0 ? Rejections.TargetHasDependents(_dependentTargets) : null;
    }

    private void Reach(Resource consumer, ResourceReference reference, Change producer)
    {
        var change = changes.Of(consumer.Ksuid!);
        var source = producer.Existing!.Label;
        if (change is { IsDelete: true } || change is { IsReplace: true } && !producer.IsDelete)
            return;
        if (producer.IsDelete)
        {
            // What the document declares is not deleted along with something else. Nor does it hold that back, as long as it is not the document that refers to it.
            if (changes.IsDeclared(consumer) && !changes.Declares(consumer, producer.Ksuid))
                changes.Release(consumer, producer.Ksuid, source);
            else if (changes.IsDeclared(consumer) || request.OnDependents == OnDependents.Abort)
                _dependents.Add((consumer, source));
            else
                _waiting.Enqueue(changes.Delete(consumer, source));
        }
        else if (IsCreateOnly(reference, HintTree.Of(consumer.Schema)))
        {
            var replaced = changes.Replace(consumer, source);
            replaced.CreateOnlyPatch ??= Patch(replaced, new Dictionary<string, string> { [producer.Ksuid] = source }, createOnly: true);
            _waiting.Enqueue(replaced);
        }
        else
        {
            changes.Rewrite(consumer, producer.Ksuid, source);
        }
    }

    private void Reach(Target target, Change producer)
    {
        if (targets.IsDeleted(target.Label))
            return;
        var source = producer.Existing!.Label;
        if (!producer.IsDelete)
        {
            notices.Add($"The config of the target '{target.Label}' refers to '{source}', which is replaced: what is on the target is reached through the new one from then on.");
            return;
        }

        var declared = request.Forma.Targets.Any(one => one.Label == target.Label);
        if (request.OnDependents == OnDependents.Abort || declared)
        {
            _dependentTargets.Add((target.Label, source));
            return;
        }

        targets.Delete(target, source);
        foreach (var resource in targets.On(target.Label))
        {
            var change = changes.Of(resource.Ksuid!);
            if (change is { IsDelete: true })
                continue;
            if (resource.Stack == Stack.Unmanaged && change is null)
                targets.Forgotten.Add(resource);
            else if (changes.IsDeclared(resource))
                _dependents.Add((resource, target.Label));
            else
                _waiting.Enqueue(changes.Delete(resource, target.Label));
        }
    }

    private ILookup<string, (Resource Consumer, ResourceReference Reference)> Consumers() =>
        request.Inventory.Resources
            .Where(resource => resource.Stack != Stack.Unmanaged || changes.Of(resource.Ksuid!) is not null)
            .SelectMany(resource => References.Enumerate((changes.Of(resource.Ksuid!)?.Desired ?? resource).Properties, HintTree.Of(resource.Schema)).Select(reference => (resource, reference)))
            .Where(one => one.reference.Uri.Ksuid != one.resource.Ksuid)
            .ToLookup(one => one.reference.Uri.Ksuid, StringComparer.Ordinal);

    private ILookup<string, Target> ConsumingTargets() =>
        targets.Final.SelectMany(target => References.Enumerate(target.Config, HintTree.None).Select(reference => reference.Uri.Ksuid).Distinct(StringComparer.Ordinal).Select(ksuid => (target, ksuid)))
            .ToLookup(one => one.ksuid, one => one.target, StringComparer.Ordinal);

    private static void Settle(Change change)
    {
        if (change.Released.Count > 0 && change.Desired is { } desired)
        {
            change.Desired = desired with { Properties = Rewriting.Detached(desired.Properties, change.Released) };
            if (change.IsUpdate)
                change.Existing = change.Existing! with { Properties = Rewriting.Detached(change.Existing.Properties, change.Released) };
        }

        if (change.IsUpdate && change.Rewrites.Count + change.Released.Count > 0)
            change.Patch = Patch(change, change.Rewrites, createOnly: false);
    }

    // References in fields that the schema does not know never reach a plugin.
    private static bool IsIdle(Change change) => change is { IsUpdate: true, IsOwn: false, Released.Count: 0, Patch: { } patch } && patch.GetArrayLength() == 0;

    private static JsonElement Patch(Change change, IReadOnlyDictionary<string, string> producers, bool createOnly)
    {
        var stored = change.Existing!.Properties;
        var diff = Rewriting.Diff(stored, change.Desired!.Properties, change.Existing.Schema, [.. producers.Keys]);
        return Rewriting.Preview(createOnly ? diff.CreateOnlyPatch(PatchValues.Preview) : diff.Patch(PatchValues.Preview), stored, producers);
    }

    private static bool IsCreateOnly(ResourceReference reference, HintTree root)
    {
        var hints = root;
        foreach (var name in reference.Path.HintPath.Split('.'))
        {
            hints = hints.Child(name);
            if (hints.Hint.CreateOnly)
                return true;
        }

        return false;
    }
}
