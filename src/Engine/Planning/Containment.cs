using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>
/// Which resources of a plan are contained in which: the child's schema names the parent's type, and every mapped property of the child points
/// at the parent's property or equals it.
/// </summary>
internal sealed class Containment
{
    private readonly Lazy<Dictionary<string, List<ResourceUpdate>>> _children;

    public Containment(IReadOnlyList<ResourceUpdate> resources) => _children = new(() => Find(resources));

    public IReadOnlyList<ResourceUpdate> Of(string parentKsuid) => _children.Value.TryGetValue(parentKsuid, out var found) ? found : [];

    private static Dictionary<string, List<ResourceUpdate>> Find(IReadOnlyList<ResourceUpdate> resources)
    {
        var byType = resources.Select(update => update.Resource).DistinctBy(resource => resource.Ksuid)
            .ToLookup(resource => resource.Type, StringComparer.OrdinalIgnoreCase);
        var byValue = new Dictionary<string, Dictionary<string, List<string>>>(StringComparer.OrdinalIgnoreCase);
        var children = new Dictionary<string, List<ResourceUpdate>>(StringComparer.Ordinal);
        foreach (var update in resources)
        {
            if (update.Resource.Schema is not { Parent.Length: > 0, ParentMappings: { Count: > 0 } mappings } schema)
                continue;
            foreach (var parent in Parents(update.Resource, schema.Parent, mappings))
            {
                if (!children.TryGetValue(parent, out var found))
                    children.Add(parent, found = []);
                found.Add(update);
            }
        }

        return children;

        IEnumerable<string> Parents(Resource child, string parentType, IReadOnlyList<ParentMapping> mappings)
        {
            var values = mappings.Select(mapping => Property(child, mapping.ChildProperty)).ToList();
            var pointed = values.Select(value => value is { } present && Envelope.IsReference(present)
                && PropertyUri.TryParse(present.GetProperty(Envelope.Reference).GetString(), out var uri) ? uri.Ksuid : null).ToList();
            if (pointed.FirstOrDefault(ksuid => ksuid is not null) is { } parent)
                return pointed.All(ksuid => ksuid is null || ksuid == parent) ? [parent] : [];

            var names = string.Join('\n', mappings.Select(mapping => mapping.ParentProperty));
            var index = $"{parentType}\n{names}";
            if (!byValue.TryGetValue(index, out var parents))
            {
                byValue.Add(index, parents = new Dictionary<string, List<string>>(StringComparer.Ordinal));
                foreach (var candidate in byType[parentType])
                {
                    var key = Key(mappings.Select(mapping => Property(candidate, mapping.ParentProperty)));
                    if (key is null)
                        continue;
                    if (!parents.TryGetValue(key, out var same))
                        parents.Add(key, same = []);
                    same.Add(candidate.Ksuid!);
                }
            }

            return Key(values) is { } wanted && parents.TryGetValue(wanted, out var matching) ? matching : [];
        }
    }

    private static string? Key(IEnumerable<JsonElement?> values)
    {
        var texts = values.Select(value => value is { } present ? CanonicalText.Of(present, HintTree.None, Sense.Content) : "").ToList();
        return texts.Any(text => text.Length == 0) ? null : string.Join('\n', texts);
    }

    private static JsonElement? Property(Resource resource, string path) => PropertyLookup.Find(resource.Properties, path) ?? PropertyLookup.Find(resource.ReadOnlyProperties, path);
}
