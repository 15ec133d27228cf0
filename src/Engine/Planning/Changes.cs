using Formae.Engine.Diff;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>What an apply changes, by resource and in the order in which it was found out.</summary>
internal sealed class Changes(PlanRequest request, IReadOnlyList<DeclaredResource> declared)
{
    private readonly List<Change> _all = [];
    private readonly Dictionary<string, Change> _byKsuid = new(StringComparer.Ordinal);
    private Dictionary<string, DeclaredResource>? _declared;

    public IReadOnlyList<Change> All => _all;

    public IReadOnlyList<ResourceUpdate> Updates => [.. _all.SelectMany(change => change.Updates())];

    public Change? Of(string ksuid) => _byKsuid.GetValueOrDefault(ksuid);

    public void Compare()
    {
        foreach (var one in declared)
        {
            if (one.Existing is { } existing)
                Compare(one, existing);
            else
                Add(new Change { Desired = one.Resource, Declared = one, IsOwn = true });
        }
    }

    /// <summary>Takes a resource away for good.</summary>
    /// <param name="existing">It.</param>
    /// <param name="source">The label of what takes it along; null when the document does.</param>
    public Change Delete(Resource existing, string? source)
    {
        if (_byKsuid.TryGetValue(existing.Ksuid!, out var before))
        {
            before.Desired = null;
            before.IsReplace = false;
            before.GroupId = null;
            before.CascadeSource ??= source;
            return before;
        }

        return Add(new Change { Existing = existing, CascadeSource = source, IsOwn = source is null });
    }

    /// <summary>Makes a resource anew because of something else, in place of what was planned for it, if anything was.</summary>
    public Change Replace(Resource existing, string source)
    {
        var change = ChangeOf(existing, source);
        change.CascadeSource ??= source;
        if (change.IsReplace)
            return change;
        change.IsReplace = true;
        change.GroupId = request.NewKsuid();
        change.Desired = change.Declared is { } one ? Recreation.Of(one, existing, request.Mode) : Recreation.Of(existing);
        return change;
    }

    /// <summary>Has the references to a replaced producer written again.</summary>
    public void Rewrite(Resource existing, string producer, string source)
    {
        var change = ChangeOf(existing, source);
        change.CascadeSource ??= source;
        change.Rewrites.TryAdd(producer, source);
    }

    /// <summary>Lets go of a deleted producer that a declared resource still refers to, though not by its declaration.</summary>
    public void Release(Resource existing, string producer, string source)
    {
        var change = ChangeOf(existing, source);
        change.CascadeSource ??= source;
        change.Released.Add(producer);
    }

    /// <summary>Takes back a change that turned out to change nothing.</summary>
    public void Withdraw(IReadOnlySet<Change> idle)
    {
        if (idle.Count == 0)
            return;
        _all.RemoveAll(idle.Contains);
        foreach (var change in idle)
            _byKsuid.Remove(change.Ksuid);
    }

    public bool IsDeclared(Resource resource) => Declaration(resource.Ksuid!) is not null;

    /// <summary>Whether the document itself has this resource refer to that one.</summary>
    public bool Declares(Resource consumer, string producer) =>
        Declaration(consumer.Ksuid!) is { } one && References.Enumerate(one.Properties, HintTree.None).Any(reference => reference.Uri.Ksuid == producer);

    private Change ChangeOf(Resource existing, string source) =>
        _byKsuid.TryGetValue(existing.Ksuid!, out var planned) ? planned : Add(new Change { Existing = existing, Desired = existing, Declared = Declaration(existing.Ksuid!), CascadeSource = source });

    private DeclaredResource? Declaration(string ksuid)
    {
        _declared ??= declared.DistinctBy(one => one.Resource.Ksuid).ToDictionary(one => one.Resource.Ksuid!, StringComparer.Ordinal);
        return _declared.GetValueOrDefault(ksuid);
    }

    private void Compare(DeclaredResource one, Resource existing)
    {
        var mode = request.Mode == ApplyMode.Reconcile ? DiffMode.Exact : DiffMode.EnsureExists;
        var desired = SetOnceFreeze.Apply(one.Properties, existing.Properties, one.Resource.Schema);
        var diff = PropertyDiff.Between(existing.Properties, desired, one.Resource.Schema, mode);
        var isMoved = existing.Label != one.Resource.Label || existing.Stack != one.Resource.Stack;
        var isElsewhere = existing.Target != one.Resource.Target;
        if (diff.IsEmpty && !isMoved && !isElsewhere)
            return;

        if (diff.NeedsReplace || isElsewhere)
        {
            Add(new Change
            {
                Existing = existing,
                Desired = Recreation.Of(one, existing, request.Mode),
                Declared = one,
                IsReplace = true,
                IsOwn = true,
                GroupId = request.NewKsuid(),
                CreateOnlyPatch = diff.NeedsReplace ? diff.CreateOnlyPatch(PatchValues.Preview) : null,
            });
            return;
        }

        Add(new Change
        {
            Existing = existing,
            Declared = one,
            IsOwn = true,
            Patch = diff.Patch(PatchValues.Preview),
            Desired = one.Resource with
            {
                NativeId = existing.NativeId,
                ReadOnlyProperties = existing.ReadOnlyProperties,
                Version = existing.Version,

                // The declared over the stored: what nobody mentioned goes to the plugin as it is, in either mode.
                Properties = diff.IsEmpty ? existing.Properties : diff.ApplyTo(existing.Properties ?? JsonText.EmptyObject),
            },
        });
    }

    private Change Add(Change change)
    {
        _all.Add(change);
        _byKsuid.TryAdd(change.Ksuid, change);
        return change;
    }
}
