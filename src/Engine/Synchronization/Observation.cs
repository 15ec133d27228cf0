using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Synchronization;

/// <summary>What a look at the cloud says about a resource that is stored.</summary>
public abstract record Observation
{
    private Observation()
    {
    }

    /// <summary>All is as it is stored.</summary>
    public sealed record Unchanged : Observation;

    /// <summary>Only what nobody can set is different: the stored version says so from now on.</summary>
    public sealed record Refreshed(Resource Resource) : Observation;

    /// <summary>Somebody else set something: a new version.</summary>
    public sealed record Changed(Resource Resource) : Observation;

    /// <summary>Somebody else deleted it.</summary>
    public sealed record Gone : Observation;

    /// <summary>The look tells nothing that could be kept.</summary>
    public sealed record Unusable(string Reason) : Observation;

    /// <param name="stored">The live row.</param>
    /// <param name="reported">The whole object as the plugin read it, secrets as hashes; null where it could not.</param>
    /// <param name="problem">Why it could not.</param>
    public static Observation Of(Resource stored, JsonElement? reported, Problem? problem)
    {
        if (problem is not null)
            return problem.Code == ProblemCodes.NotFound ? new Gone() : new Unusable($"{problem.Code}: {problem.Message}");
        if (reported is not { ValueKind: JsonValueKind.Object } cloud)
            return new Unusable("The plugin returned no properties.");
        if (Missing(cloud, stored.Schema) is { } missing)
            return new Unusable($"The plugin returned no '{missing}', which every such resource has.");

        var (properties, readOnly) = ObservedState.Of(stored, cloud);
        var seen = stored with { Properties = properties, ReadOnlyProperties = readOnly };
        if (!IsSame(stored.Properties, properties, HintTree.Of(stored.Schema)))
            return new Changed(seen);
        return IsSame(stored.ReadOnlyProperties, readOnly, HintTree.None) ? new Unchanged() : new Refreshed(stored with { ReadOnlyProperties = readOnly });
    }

    private static bool IsSame(JsonElement? stored, JsonElement? seen, HintTree hints) => Text(stored, hints) == Text(seen, hints);

    private static string Text(JsonElement? value, HintTree hints) => value is { } present ? CanonicalText.Of(present, hints, Sense.Content) : "";

    /// <summary>A field that must be there and is not. A secret or a write-only field may be kept back by the cloud.</summary>
    private static string? Missing(JsonElement cloud, ResourceSchema? schema) => schema?.Hints
        .Where(hint => hint.Value is { Required: true, WriteOnly: false, Opaque: false } && !hint.Key.Contains('.', StringComparison.Ordinal))
        .Select(hint => hint.Key)
        .FirstOrDefault(field => !cloud.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null);
}
