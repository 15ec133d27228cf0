using System.Text.Json;
using Formae.Coordination.Storage;
using Formae.Engine.Reports;
using Formae.Model;

namespace Formae.Coordination.Operations;

/// <summary>Where the values of references come from: what was read for the operation, else the producer's row.</summary>
public sealed class ReferenceValues(ResourceStore resources)
{
    /// <summary>
    /// The producers that must be read from the cloud for this consumer. A row is good enough when this command has written it and the value is no secret, of which a row
    /// has nothing but the digest.
    /// </summary>
    /// <param name="commandId">The command; null trusts every row.</param>
    /// <param name="consumer">The properties or the config that refers.</param>
    /// <param name="schema">Of the consumer.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Or, in <c>Gone</c>, a producer that is not there at all.</returns>
    public async Task<(IReadOnlyList<string> Ask, string? Gone)> NeedsAsync(string? commandId, JsonElement? consumer, ResourceSchema? schema, CancellationToken cancellation)
    {
        var references = References.Enumerate(consumer, HintTree.Of(schema));
        if (references.Count == 0)
            return ([], null);
        var ask = new List<string>();
        foreach (var ofOne in references.GroupBy(reference => reference.Uri.Ksuid, StringComparer.Ordinal))
        {
            if (await resources.FindAsync(ofOne.Key, cancellation) is not { } found)
                return ([], ofOne.Key);
            if ((commandId is not null && found.CommandId != commandId) || ofOne.Any(reference => HoldsSecret(reference, found.Resource)))
                ask.Add(ofOne.Key);
        }

        return (ask, null);
    }

    /// <summary>The values that these consumers refer to.</summary>
    /// <param name="read">What was read, by producer: the whole object, secrets sealed.</param>
    /// <param name="consumers">The properties and configs that refer.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<Func<PropertyUri, JsonElement?>> OfAsync(IReadOnlyDictionary<string, JsonElement> read, IEnumerable<JsonElement?> consumers, CancellationToken cancellation)
    {
        Dictionary<string, IReadOnlyList<JsonElement>>? values = null;
        foreach (var producer in consumers.SelectMany(ResourceStore.ProducersOf).Distinct(StringComparer.Ordinal))
        {
            values ??= new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal);
            if (read.TryGetValue(producer, out var live))
                values[producer] = [live];
            else if (await resources.FindAsync(producer, cancellation) is { } found)
                values[producer] = [.. new[] { found.Resource.Properties, found.Resource.ReadOnlyProperties }.OfType<JsonElement>().Select(StoredState.Plain)];
        }

        return uri => values is null || !values.TryGetValue(uri.Ksuid, out var sources) ? null : sources.Select(source => StoredState.Find(source, uri.Path)).FirstOrDefault(found => found is not null);
    }

    /// <summary>What people call a producer.</summary>
    public async Task<string> NameOfAsync(string ksuid, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation) =>
        labels.TryGetValue(ksuid, out var label) ? $"'{label}'"
        : await resources.FindNamesAsync(ksuid, cancellation) is { } found ? $"'{found.Label}'"
        : ksuid;

    private static bool HoldsSecret(ResourceReference reference, Resource producer) =>
        reference.IsOpaque || Value(producer, reference.Uri.Path) is not { } value || SecretValues.IsSecret(value, HintTree.None);

    private static JsonElement? Value(Resource resource, string path) =>
        (resource.Properties is { } properties ? StoredState.Find(properties, path) : null)
        ?? (resource.ReadOnlyProperties is { } readOnly ? StoredState.Find(readOnly, path) : null);
}
