using Formae.BlackBox.Tests.Scripts;
using Formae.BlackBox.Tests.Worlds;
using Formae.Model;
using Formae.Plugins.FakeAws;

namespace Formae.BlackBox.Tests.Running;

/// <summary>What must hold whenever nothing runs: what was observed is compared with itself and with the model.</summary>
/// <param name="world">The model.</param>
/// <param name="documents">The names of the run.</param>
/// <param name="strangers">Objects that the test has made behind everybody's back, as it made them.</param>
internal sealed class Invariants(World world, Documents documents, IReadOnlyDictionary<string, CloudItem> strangers)
{
    /// <param name="inventory">All there is.</param>
    /// <param name="cloud">All there is.</param>
    /// <param name="isSynchronized">Whether the inventory was told of everything in the cloud, so that nothing may differ.</param>
    public IEnumerable<Violation> Broken(IReadOnlyList<Resource> inventory, IReadOnlyList<CloudItem> cloud, bool isSynchronized)
    {
        var resources = inventory.Where(resource => resource.Target == documents.Target || resource.Target == documents.SlowTarget).ToList();
        var objects = cloud.Where(item => documents.Owns(item.Name)).ToList();
        return [.. OfInventory(resources, objects, isSynchronized), .. OfCloud(resources, objects), .. OfModel(resources, objects)];
    }

    private IEnumerable<Violation> OfInventory(List<Resource> resources, List<CloudItem> objects, bool isSynchronized)
    {
        var byId = objects.ToDictionary(item => item.NativeId, StringComparer.Ordinal);
        foreach (var resource in resources)
        {
            var place = world.Find(resource.Label);
            if (resource.NativeId is not { } id || !byId.TryGetValue(id, out var item) || item.Type != resource.Type)
            {
                if (isSynchronized || place?.Cloud.Contains(Content.Absent) != true)
                    yield return new Violation(Rules.NoPhantom, $"{resource.Key} ({resource.NativeId}) is in the inventory and not in the cloud.");
                continue;
            }

            var (stored, live) = (Content.Of(Plain(resource)), Content.Of(item.Properties));
            if (isSynchronized && !stored.Equals(live))
                yield return new Violation(Rules.SameProperties, $"{resource.Key}: the inventory holds {stored}, the cloud holds {live}.");
            if (place?.Slot.Parent is { } parent && Plain(resource).TryGetProperty("ParentId", out var parentId) && documents.NameOf(world.Slots[parent]) is var name && TextOf(parentId) != name)
                yield return new Violation(Rules.ReferencesAreResolved, $"{resource.Key}: ParentId is {parentId.GetRawText()} and the parent is called {name}.");
        }

        foreach (var same in resources.GroupBy(resource => (resource.Type, resource.NativeId)).Where(same => same.Count() > 1))
            yield return new Violation(Rules.NativeIdsAreUnique, $"{same.Key.NativeId} belongs to {string.Join(" and ", same.Select(resource => resource.Key))}.");
    }

    private IEnumerable<Violation> OfCloud(List<Resource> resources, List<CloudItem> objects)
    {
        var known = resources.Select(resource => resource.NativeId).ToHashSet(StringComparer.Ordinal);
        foreach (var item in objects.Where(item => !known.Contains(item.NativeId) && !strangers.ContainsKey(item.NativeId)))
            yield return new Violation(Rules.NoOrphan, $"{item.Name} ({item.NativeId}) is in the cloud and not in the inventory: {Content.Of(item.Properties)}.");
        foreach (var (id, made) in strangers)
        {
            if (objects.Find(item => item.NativeId == id) is not { } now)
                yield return new Violation(Rules.StrangersAreLeftAlone, $"{made.Name} ({id}), which somebody else made, is gone.");
            else if (now.Properties.GetRawText() != made.Properties.GetRawText())
                yield return new Violation(Rules.StrangersAreLeftAlone, $"{made.Name} ({id}), which somebody else made, was changed to {now.Properties.GetRawText()}.");
        }
    }

    private IEnumerable<Violation> OfModel(List<Resource> resources, List<CloudItem> objects)
    {
        var managed = resources.Where(resource => resource.Stack != Stack.Unmanaged).ToList();
        foreach (var resource in managed.Where(resource => world.Find(resource.Label)?.Slot is not { } slot || documents.StackOf(slot.Stack) != resource.Stack || slot.Type != resource.Type || !resource.Managed))
            yield return new Violation(Rules.ModelHolds, $"{resource.Key} is in the inventory (managed: {resource.Managed}) and nobody declared it so.");
        foreach (var resource in resources.Where(resource => resource.Stack == Stack.Unmanaged && resource.Managed))
            yield return new Violation(Rules.ModelHolds, $"{resource.Key} is managed and in {Stack.Unmanaged}.");
        foreach (var resource in resources.Where(resource => resource.Stack == Stack.Unmanaged && !world.MayHaveStrays))
            yield return new Violation(Rules.ModelHolds, $"{resource.Key} is in {Stack.Unmanaged}, and no create was ever given up.");
        var adopted = resources.Where(resource => resource.Stack == Stack.Unmanaged).Select(resource => resource.NativeId).ToHashSet(StringComparer.Ordinal);
        foreach (var place in world.Places)
        {
            var stored = managed.Find(resource => resource.Label == place.Slot.Label) is { } resource ? Content.Of(Plain(resource)) : Content.Absent;
            if (!place.Inventory.Contains(stored))
                yield return new Violation(Rules.ModelHolds, $"The inventory holds {stored}. Expected: {place}");
            var live = objects.Where(item => documents.SlotOf(item.Name) == place.Slot && !adopted.Contains(item.NativeId)).ToList();
            if (live.Count > 1)
                yield return new Violation(Rules.CloudHolds, $"There are {live.Count} objects of {place.Slot.Label} in the cloud: {string.Join(", ", live.Select(item => item.NativeId))}.");
            else if (!place.Cloud.Contains(live is [var one] ? Content.Of(one.Properties) : Content.Absent))
                yield return new Violation(Rules.CloudHolds, $"The cloud holds {(live is [var other] ? Content.Of(other.Properties) : Content.Absent)}. Expected: {place}");
        }
    }

    private static System.Text.Json.JsonElement Plain(Resource resource) => resource.Properties ?? JsonText.EmptyObject;

    private static string? TextOf(System.Text.Json.JsonElement value) =>
        value.ValueKind == System.Text.Json.JsonValueKind.Object && value.TryGetProperty("$value", out var inner) ? inner.GetString() : value.ValueKind == System.Text.Json.JsonValueKind.String ? value.GetString() : null;
}
