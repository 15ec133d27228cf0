using System.Text.Json.Nodes;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Formae.Plugins.AzureResources.Mapping;

/// <summary>
/// An object whose members nobody has declared. What the document wrote is compared; every other member is the provider's, and is no drift. So of what Azure shows only the written members
/// are taken, and the others are outputs.
/// </summary>
internal static partial class OpenBody
{
    /// <summary>What Azure shows of what was written. A member that it does not show, as a password, is taken to be as it was written.</summary>
    public static JsonNode? Written(JsonNode? live, JsonNode? written) => (live, written) switch
    {
        (null, _) => written?.DeepClone(),
        (_, null) => live.DeepClone(),
        (JsonObject shown, JsonObject said) => new JsonObject(said.Select(member => KeyValuePair.Create(member.Key, member.Value is null ? null : Written(shown[member.Key], member.Value)))),
        (JsonArray shown, JsonArray said) => List(shown, said),
        _ => IsSameId(live, written) ? written.DeepClone() : live.DeepClone(),
    };

    /// <summary>Whether all that was written is shown. What is not shown, as a password, may be there or not: nobody knows, so it does not count as shown.</summary>
    public static bool Shows(JsonNode? live, JsonNode? written) => (live, written) switch
    {
        (JsonObject shown, JsonObject said) => said.All(member => Shows(shown[member.Key], member.Value)),
        (JsonArray shown, JsonArray said) => shown.Count == said.Count && shown.Zip(said).All(pair => Shows(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(live, written) || IsSameId(live, written),
    };

    /// <summary>What Azure shows beside what was written, without what sounds like a secret.</summary>
    public static JsonObject Others(JsonObject live, JsonObject? written)
    {
        var others = new JsonObject();
        foreach (var (name, value) in live)
        {
            if (value is null || SecretPattern().IsMatch(name))
                continue;
            if (written is null || !written.TryGetPropertyValue(name, out var said))
                others[name] = WithoutSecrets(value);
            else if (value is JsonObject inner && said is JsonObject part && Others(inner, part) is { Count: > 0 } rest)
                others[name] = rest;
        }

        return others;
    }

    /// <summary>The written over what is there: objects member by member, everything else as a whole.</summary>
    public static void Merge(JsonObject into, JsonObject written)
    {
        foreach (var (name, value) in written)
        {
            if (value is JsonObject inner && into[name] is JsonObject there)
                Merge(there, inner);
            else
                into[name] = value?.DeepClone();
        }
    }

    private static JsonArray List(JsonArray live, JsonArray written)
    {
        if (live.Count == written.Count && live.All(one => one is JsonValue) && written.All(said => live.Any(one => JsonNode.DeepEquals(one, said) || IsSameId(one, said))))
            return (JsonArray)written.DeepClone();
        var left = live.ToList();
        var paired = new List<JsonNode?>();

        // Azure may show elements in another order, and tells them by their names.
        foreach (var (said, index) in written.Select((said, index) => (said, index)))
        {
            var same = NameOf(said) is { } name ? left.Find(one => NameOf(one) == name) : live.Count == written.Count ? live[index] : null;
            if (same is not null && left.Remove(same))
                paired.Add(Written(same, said));
        }

        return new JsonArray([.. paired.Concat(left.Select(one => one?.DeepClone()))]);
    }

    private static string? NameOf(JsonNode? element) =>
        element is JsonObject one && (one["name"] ?? one["id"] ?? one["key"]) is JsonValue name && name.GetValueKind() == JsonValueKind.String ? (string?)name : null;

    private static bool IsSameId(JsonNode? left, JsonNode? right) =>
        left is JsonValue && right is JsonValue && left.GetValueKind() == JsonValueKind.String && ((string)left!).StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase) && ArmShape.IsSameText(left, right);

    private static JsonNode? WithoutSecrets(JsonNode? value) => value switch
    {
        JsonObject inner => Others(inner, null),
        JsonArray list => new JsonArray([.. list.Select(WithoutSecrets)]),
        _ => value?.DeepClone(),
    };

    [GeneratedRegex("password|secret|token|connectionstring|credential|sas$|keys?$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretPattern();
}
