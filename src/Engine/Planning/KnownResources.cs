using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>The resources of the document and of the inventory, by whatever a reference names them by.</summary>
internal sealed class KnownResources
{
    private readonly Dictionary<ResourceKey, Resource> _stored = [];
    private readonly Dictionary<ResourceKey, DeclaredResource> _declared = [];
    private readonly HashSet<string> _goingAway = new(StringComparer.Ordinal);
    private Dictionary<string, DeclaredResource>? _declaredById;
    private Dictionary<string, Resource>? _storedById;
    private ILookup<(string Stack, string Label), DeclaredResource>? _declaredByLabel;
    private ILookup<(string Stack, string Label), Resource>? _storedByLabel;

    public KnownResources(IReadOnlyList<Resource> stored)
    {
        foreach (var resource in stored)
            _stored[resource.Key] = resource;
    }

    public IEnumerable<ResourceKey> Keys => _declared.Keys.Concat(_stored.Keys);

    public IEnumerable<DeclaredResource> Declared => _declared.Values;

    /// <summary>Before its identity is known; what looks by identity comes later.</summary>
    public void Declare(DeclaredResource resource) => _declared.TryAdd(resource.Resource.Key, resource);

    /// <summary>It is deleted by this very command, so nothing can refer to it.</summary>
    public void GoesAway(string ksuid) => _goingAway.Add(ksuid);

    public Resource? Stored(ResourceKey key) => _stored.GetValueOrDefault(key);

    /// <summary>What a reference by name points at. Nothing, when there is none; nothing and <paramref name="isGoing"/>, when it is deleted.</summary>
    public ReferredResource? Find(ResourceKey key, out bool isGoing)
    {
        isGoing = false;
        if (_declared.TryGetValue(key, out var declared))
            return new ReferredResource(declared, declared.Existing);
        var stored = _stored.GetValueOrDefault(key) ?? _stored.GetValueOrDefault(key with { Stack = Stack.Unmanaged });
        isGoing = stored is not null && IsGoing(stored);
        return stored?.Ksuid is null || isGoing ? null : new ReferredResource(null, stored);
    }

    public ReferredResource? Find(string ksuid)
    {
        _declaredById ??= _declared.Values.Where(one => one.Resource.Ksuid is not null).GroupBy(one => one.Resource.Ksuid!, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        if (_declaredById.TryGetValue(ksuid, out var declared))
            return new ReferredResource(declared, declared.Existing);
        _storedById ??= _stored.Values.Where(resource => resource.Ksuid is not null).GroupBy(resource => resource.Ksuid!, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        return _storedById.TryGetValue(ksuid, out var stored) && !IsGoing(stored) ? new ReferredResource(null, stored) : null;
    }

    /// <summary>Everything in a stack that has this label, one of each type.</summary>
    public IReadOnlyList<ReferredResource> Labelled(string stack, string label)
    {
        _declaredByLabel ??= _declared.Values.ToLookup(one => (one.Resource.Stack, one.Resource.Label));
        _storedByLabel ??= _stored.Values.ToLookup(resource => (resource.Stack, resource.Label));
        var declared = _declaredByLabel[(stack, label)].Select(one => new ReferredResource(one, one.Existing)).ToList();
        var stored = _storedByLabel[(stack, label)]
            .Where(resource => resource.Ksuid is not null && !IsGoing(resource) && !_declared.ContainsKey(resource.Key))
            .Select(resource => new ReferredResource(null, resource));
        return [.. declared, .. stored];
    }

    private bool IsGoing(Resource resource) => resource.Ksuid is { } ksuid && _goingAway.Contains(ksuid);
}

/// <summary>A resource that is referred to, as far as it is known: as it is declared, as it is stored, or both.</summary>
internal sealed record ReferredResource(DeclaredResource? Declared, Resource? Existing)
{
    public Resource Resource => Declared?.Resource ?? Existing!;
}
