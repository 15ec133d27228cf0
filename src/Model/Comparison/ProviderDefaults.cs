using System.Text.Json;

namespace Formae.Model;

/// <summary>Fields that the provider fills in where they are left out.</summary>
public static class ProviderDefaults
{
    private static readonly IReadOnlySet<HintTree> Nothing = new HashSet<HintTree>();

    /// <summary>
    /// Those that a desired value leaves out, at any depth; where the elements of an array differ in that, the ones that any of them leaves out. What the provider
    /// put there does not count in a comparison.
    /// </summary>
    public static IReadOnlySet<HintTree> LeftOutBy(JsonElement desired, HintTree hints)
    {
        if (!hints.HasProviderDefaults)
            return Nothing;
        var found = new HashSet<HintTree>();
        Visit(desired, hints, found);
        return found;
    }

    private static void Visit(JsonElement desired, HintTree hints, HashSet<HintTree> found)
    {
        if (!hints.HasProviderDefaults || Envelope.IsEnvelope(desired) && !Envelope.IsValue(desired))
            return;
        if (Envelope.IsValue(desired))
        {
            Visit(desired.GetProperty(Envelope.Value), hints, found);
        }
        else if (desired.ValueKind == JsonValueKind.Array)
        {
            foreach (var element in desired.EnumerateArray())
                Visit(element, hints, found);
        }
        else
        {
            foreach (var (name, child) in hints.Ordered)
            {
                var isThere = desired.ValueKind == JsonValueKind.Object && desired.TryGetProperty(name, out var value) && !CanonicalText.IsLeftOut(value);
                if (!isThere && child.Hint.HasProviderDefault)
                    found.Add(child);
                else
                    Visit(isThere ? desired.GetProperty(name) : default, child, found);
            }
        }
    }
}
