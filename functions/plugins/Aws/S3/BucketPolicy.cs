using System.Text.Json;
using System.Text.Json.Nodes;

namespace Formae.Plugins.Aws;

/// <summary>
/// A bucket's policy by what it means. S3 shows one in other words than it was written in: above all, an account that is named by its number comes back as the ARN of its root. So two policies are compared in a normal
/// form, which makes equal what Amazon's reference of policies calls equal, and nothing else.
/// </summary>
internal static class BucketPolicy
{
    private const string DefaultVersion = "2008-10-17";

    // Where a name stands twice nobody can say which one counts.
    private static readonly JsonDocumentOptions OnceEach = new() { AllowDuplicateProperties = false };

    /// <summary>What was read, in the words of what was written where it means the same.</summary>
    public static string? InWordsOf(string? written, string? read, string partition) => IsSame(written, read, partition) ? written : read;

    public static bool IsSame(string? left, string? right, string partition)
    {
        if (left is null || right is null || left == right)
            return left == right;

        return Normal(left, partition) is { } meaning && meaning == Normal(right, partition);
    }

    /// <summary>The one text of all policies that mean the same: names and members in the order of their characters.</summary>
    /// <param name="policy">A policy as somebody has written it.</param>
    /// <param name="partition">Where its account numbers belong to, such as <c>aws</c>.</param>
    /// <returns>Null where it is no JSON object; S3 refuses that.</returns>
    public static string? Normal(string policy, string partition)
    {
        try
        {
            using var document = JsonDocument.Parse(policy, OnceEach);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            var normal = Members(document.RootElement, (name, value) => name == "Statement" ? Values(value, statement => Statement(statement, partition)) : Sorted(value));
            normal.TryAdd("Version", DefaultVersion);
            return new JsonObject(normal.Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())).OrderBy(member => member.Key, StringComparer.Ordinal)).ToJsonString();
        }
        catch (Exception notText) when (notText is JsonException or InvalidOperationException)
        {
            // No JSON, or half of a surrogate pair, which is no text.
            return null;
        }
    }

    private static JsonNode? Statement(JsonElement statement, string partition) => statement.ValueKind != JsonValueKind.Object ? Sorted(statement) : Members(statement, (name, value) => name switch
    {
        "Action" or "NotAction" => Values(value, action => action.ValueKind == JsonValueKind.String ? action.GetString()!.ToLowerInvariant() : Sorted(action)),
        "Resource" or "NotResource" => Values(value, Sorted),
        "Principal" or "NotPrincipal" when value.ValueKind == JsonValueKind.Object => Members(value, (kind, principals) => Values(principals, one => kind == "AWS" ? Account(one, partition) : Sorted(one))),
        "Condition" when value.ValueKind == JsonValueKind.Object => Members(value, (_, keys) => keys.ValueKind == JsonValueKind.Object ? Conditions(keys) : Sorted(keys)),
        _ => Sorted(value),
    });

    // A number is short for the ARN of the account's root.
    private static JsonNode? Account(JsonElement principal, string partition) =>
        principal.ValueKind == JsonValueKind.String && principal.GetString() is { Length: 12 } account && account.All(char.IsAsciiDigit) ? $"arn:{partition}:iam::{account}:root" : Sorted(principal);

    /// <summary>The keys of one operator: their names in lower case (but for the key of a tag, which comes after a slash), and booleans and numbers as texts.</summary>
    private static JsonObject Conditions(JsonElement keys)
    {
        var isFolded = keys.EnumerateObject().DistinctBy(key => Folded(key.Name)).Count() == keys.GetPropertyCount();
        return Members(keys, (_, value) => Values(value, one => one.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number ? one.GetRawText() : Sorted(one)), isFolded ? Folded : null);
    }

    private static string Folded(string key) => key.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? key[..slash].ToLowerInvariant() + key[slash..] : key.ToLowerInvariant();

    /// <summary>A list in which neither order nor repetition counts, and one value is a list of one.</summary>
    private static JsonArray Values(JsonElement values, Func<JsonElement, JsonNode?> normal)
    {
        IEnumerable<JsonElement> all = values.ValueKind == JsonValueKind.Array ? values.EnumerateArray() : [values];
        return [.. all.Select(normal).DistinctBy(TextOf).OrderBy(TextOf, StringComparer.Ordinal)];
    }

    private static JsonObject Members(JsonElement value, Func<string, JsonElement, JsonNode?> normal, Func<string, string>? named = null) => new(
        value.EnumerateObject().Select(member => KeyValuePair.Create(named is null ? member.Name : named(member.Name), normal(member.Name, member.Value))).OrderBy(member => member.Key, StringComparer.Ordinal));

    /// <summary>As it is, but for the order of names, which never counts.</summary>
    private static JsonNode? Sorted(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Members(value, (_, member) => Sorted(member)),
        JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(Sorted)]),
        JsonValueKind.String => value.GetString(),
        _ => JsonNode.Parse(value.GetRawText()),
    };

    private static string TextOf(JsonNode? node) => node?.ToJsonString() ?? "null";
}
