using System.Text.Json;
using Formae.Model;

namespace Formae.Sdk;

/// <summary>A value that an update may have been interrupted at: the old one, the new one, or a mixture of both where it has parts that are written by themselves.</summary>
internal static class HalfWay
{
    public static bool Holds(JsonElement? wanted, JsonElement? before, JsonElement? live, JsonElement? asWanted, HintTree hints)
    {
        var (old, now) = (Text(before, hints), Text(live, hints));
        if (now == old || (hints.Hint.WriteOnly && now.Length == 0))
            return true;
        if (IsEmpty(wanted))
            return now.Length == 0 || (hints.Hint.HasProviderDefault && old.Length == 0);
        var leftOut = ProviderDefaults.LeftOutBy(wanted!.Value, hints);
        var aim = Text(wanted, hints, leftOut);
        if (Text(asWanted, hints, leftOut) == aim)
            return true;
        if (now.Length == 0)
            return aim != Text(before, hints, leftOut);
        if (hints.Hint.Opaque || hints.Hint.UpdateMethod == UpdateMethod.Atomic || live is not { } found || Envelope.IsEnvelope(found))
            return false;
        if (found.ValueKind == JsonValueKind.Object)
            return Names(wanted, before, live).All(name => Holds(Member(wanted, name), Member(before, name), Member(live, name), Member(asWanted, name), hints.Child(name)));
        return found.ValueKind == JsonValueKind.Array && hints.Hint is { UpdateMethod: UpdateMethod.EntitySet, IndexField: { Length: > 0 } key } && Elements(wanted, before, live, asWanted, hints, key);
    }

    private static bool Elements(JsonElement? wanted, JsonElement? before, JsonElement? live, JsonElement? asWanted, HintTree hints, string key)
    {
        var sides = new[] { wanted, before, live, asWanted }.Select(side => ByKey(side, hints, key)).ToArray();

        // Elements are walked by the hints of their set, which say how its members behave and are no set themselves.
        return sides[..3].SelectMany(side => side.Keys).Distinct(StringComparer.Ordinal).All(name => Element(Of(sides[0], name), Of(sides[1], name), Of(sides[2], name), Of(sides[3], name), hints));
    }

    private static bool Element(JsonElement? wanted, JsonElement? before, JsonElement? live, JsonElement? asWanted, HintTree hints)
    {
        if (live is null)
            return before is null || wanted is null || Text(wanted, hints) != Text(before, hints);
        return Text(live, hints) == Text(before, hints)
            || (wanted is not null && Names(wanted, before, live).All(name => Holds(Member(wanted, name), Member(before, name), Member(live, name), Member(asWanted, name), hints.Child(name))));
    }

    private static Dictionary<string, JsonElement?> ByKey(JsonElement? array, HintTree hints, string key)
    {
        var elements = new Dictionary<string, JsonElement?>(StringComparer.Ordinal);
        foreach (var element in array is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToList() : [])
            elements.TryAdd(Text(Member(element, key) ?? element, hints.Child(key)), element);
        return elements;
    }

    private static JsonElement? Of(Dictionary<string, JsonElement?> elements, string key) => elements.GetValueOrDefault(key);

    private static IEnumerable<string> Names(params JsonElement?[] sides) =>
        sides.SelectMany(side => side is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject().Select(property => property.Name) : []).Distinct(StringComparer.Ordinal);

    private static JsonElement? Member(JsonElement? side, string name) => side is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var member) ? member : null;

    private static bool IsEmpty(JsonElement? value) => value is not { } present || CanonicalText.IsEmpty(present);

    private static string Text(JsonElement? value, HintTree hints, IReadOnlySet<HintTree>? leftOut = null) => value is { } present ? CanonicalText.Of(present, hints, Sense.Content, leftOut: leftOut) : "";
}
