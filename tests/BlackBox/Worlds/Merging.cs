using Formae.BlackBox.Tests.Scripts;

namespace Formae.BlackBox.Tests.Worlds;

/// <summary>What a declaration makes of what is there, told a second time and simply: the product's diff is not asked.</summary>
internal static class Merging
{
    /// <param name="there">What is stored.</param>
    /// <param name="declared">What the document says; null says nothing of a field.</param>
    /// <param name="reconciles">Whether collections become as declared; otherwise they only grow.</param>
    public static Content Of(Content there, Content declared, bool reconciles) => new Content(
        declared.Value ?? there.Value,
        declared.Set is null ? there.Set : reconciles ? declared.Set : [.. there.Set!.Union(declared.Set)],
        reconciles ? declared.Entities ?? new Dictionary<string, string>() : Grown(there.Entities!, declared.Entities),
        declared.Items is null ? there.Items : reconciles ? declared.Items : Grown(there.Items!, declared.Items),
        declared.Secret is null ? there.Secret : declared.Stored().Secret).Settled();

    private static Content Settled(this Content content) => content with { Set = content.Set ?? [], Entities = content.Entities ?? new Dictionary<string, string>(), Items = content.Items ?? [] };

    private static Dictionary<string, string> Grown(IReadOnlyDictionary<string, string> there, IReadOnlyDictionary<string, string>? declared)
    {
        var grown = there.ToDictionary();
        foreach (var (key, value) in declared ?? new Dictionary<string, string>())
            grown[key] = value;
        return grown;
    }

    /// <summary>A list of the same length is written place by place; of another length, it is the declared one where nothing would be lost, and else what is missing comes at the end.</summary>
    private static IReadOnlyList<string> Grown(IReadOnlyList<string> there, IReadOnlyList<string> declared) =>
        declared.Count == 0 ? there
        : declared.Count == there.Count || there.All(declared.Contains) ? declared
        : [.. there, .. declared.Except(there)];
}
