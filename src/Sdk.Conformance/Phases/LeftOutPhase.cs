using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;

namespace Formae.Sdk.Conformance;

/// <summary>What a reconcile takes away because the document no longer has it: keyed sets, one after the other. Other fields stay when they are left out.</summary>
internal static class LeftOutPhase
{
    public static async Task RunAsync(Trial trial)
    {
        var sets = SetsOf(trial.Sample.Properties, trial.Type.Hints, []).ToList();
        if (sets.Count == 0)
            throw new NotApplicableException("the sample has no keyed set that a document may leave out and an update can remove");
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        var document = thing.Wanted;
        foreach (var set in sets)
        {
            var name = string.Join('.', set);
            document = Without(document, set);
            var before = thing.Live = await trial.FindAsync(thing).ConfigureAwait(false);
            await trial.ChangeAsync(thing, trial.Over(thing, document), trial.Stored(thing)).ConfigureAwait(false);
            IsGone(thing.Live, "An update that leaves it out must report");
            var live = await trial.FindAsync(thing).ConfigureAwait(false);
            IsGone(live, "A read after an update that leaves it out must show");
            var others = trial.Type.Changes(Without(before, set), Without(live, set)).ToList();
            Rule.Holds(others.Count == 0, $"An update that leaves '{name}' out must leave everything else as it is. {string.Join("; ", others)}.");
            Rule.Holds(PropertyDiff.Between(trial.Stored(thing), document, trial.Type.Schema, DiffMode.Exact).IsEmpty, $"When '{name}' was removed, the same document must ask for nothing more.");

            void IsGone(JsonElement state, string rule) =>
                Rule.Holds(At(state, set) is not { } there || CanonicalText.IsEmpty(there), $"{rule} that '{name}' is gone: a null here is a wish to remove it, not one to keep it. It is still there.");
        }
    }

    private static IEnumerable<string[]> SetsOf(JsonElement properties, HintTree hints, string[] above)
    {
        foreach (var property in properties.EnumerateObject())
        {
            var (child, path) = (hints.Child(property.Name), (string[])[.. above, property.Name]);
            if (child.Hint is { UpdateMethod: UpdateMethod.EntitySet, HasProviderDefault: false, WriteOnly: false, CreateOnly: false, Required: false, RequiredOnCreate: false } && property.Value.ValueKind == JsonValueKind.Array && !CanonicalText.IsEmpty(property.Value))
            {
                yield return path;
            }
            else if (property.Value.ValueKind == JsonValueKind.Object && !Envelope.IsEnvelope(property.Value) && child.Hint is { CreateOnly: false, UpdateMethod: not UpdateMethod.Atomic })
            {
                foreach (var below in SetsOf(property.Value, child, path))
                    yield return below;
            }
        }
    }

    private static JsonElement Without(JsonElement document, string[] path)
    {
        var root = JsonObject.Create(document)!;
        JsonObject? holder = root;
        foreach (var step in path[..^1])
            holder = holder?[step] as JsonObject;
        holder?.Remove(path[^1]);
        return JsonSerializer.SerializeToElement(root);
    }

    private static JsonElement? At(JsonElement state, string[] path)
    {
        JsonElement? found = state;
        foreach (var step in path)
            found = found is { } value ? AnnouncedShape.Of(value, step) : null;
        return found;
    }
}
