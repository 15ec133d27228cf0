using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Formae.BlackBox.Tests.Scripts;

/// <summary>What one object holds, or is declared to hold, in the few words that scripts use. Null says nothing of a field, which a declaration may do.</summary>
/// <param name="Value">A scalar.</param>
/// <param name="Set">A set: no order, nothing twice.</param>
/// <param name="Entities">A set with keys.</param>
/// <param name="Items">A list with an order; nothing twice.</param>
/// <param name="Secret">Plain in a declaration, a digest everywhere else.</param>
internal sealed record Content(string? Value, IReadOnlyList<string>? Set, IReadOnlyDictionary<string, string>? Entities, IReadOnlyList<string>? Items, string? Secret)
{
    /// <summary>Every secret that a script declares begins so: whoever finds this on a disk has found a secret.</summary>
    public const string SecretMark = "plAnt3d-s3cret";

    /// <summary>There is no such object.</summary>
    public static Content Absent { get; } = new("(absent)", null, null, null, null);

    [JsonIgnore]
    public bool IsAbsent => ReferenceEquals(this, Absent);

    /// <summary>Two contents mean the same exactly when their texts are equal.</summary>
    [JsonIgnore]
    public string Text => TextOf(Value, Set, Entities, Items, Secret);

    public bool Equals(Content? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    /// <summary>As it is once written: nothing is left unsaid, and the secret is a digest.</summary>
    public Content Stored() => this with { Set = Set ?? [], Entities = Entities ?? new Dictionary<string, string>(), Items = Items ?? [], Secret = Secret is null ? null : Digest(Secret) };

    /// <summary>The properties of a document, beside the name and the parent.</summary>
    public void WriteTo(JsonObject properties, bool isSecret)
    {
        if (Value is not null)
            properties[isSecret ? "Description" : "Value"] = Value;
        if (Set is not null)
            properties["SetTags"] = new JsonArray([.. Set.Select(tag => (JsonNode)tag)]);
        if (Entities is not null)
            properties[isSecret ? "Tags" : "EntityTags"] = new JsonArray([.. Entities.Select(tag => new JsonObject { ["Key"] = tag.Key, ["Value"] = tag.Value })]);
        if (Items is not null)
            properties["OrderedItems"] = new JsonArray([.. Items.Select(item => (JsonNode)item)]);
        if (Secret is not null)
            properties["SecretString"] = Secret;
    }

    /// <summary>What an inventory or a cloud shows; a secret may be plain or hashed.</summary>
    public static Content Of(JsonElement properties)
    {
        return new Content(
            Text("Value") ?? Text("Description"),
            [.. Array("SetTags").Select(tag => tag.GetString()!).Order(StringComparer.Ordinal)],
            Array("EntityTags").Concat(Array("Tags")).ToDictionary(tag => tag.GetProperty("Key").GetString()!, tag => tag.GetProperty("Value").GetString()!),
            [.. Array("OrderedItems").Select(item => item.GetString()!)],
            properties.TryGetProperty("SecretString", out var secret) ? DigestOf(secret) : null);

        string? Text(string name) => properties.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        IEnumerable<JsonElement> Array(string name) => properties.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];
    }

    private static string DigestOf(JsonElement secret) => secret.ValueKind switch
    {
        JsonValueKind.String => Digest(secret.GetString()!),
        JsonValueKind.Object when secret.TryGetProperty("$value", out var value) => value.GetString()!,
        _ => secret.GetRawText(),
    };

    private static string Digest(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static string TextOf(string? value, IReadOnlyList<string>? set, IReadOnlyDictionary<string, string>? entities, IReadOnlyList<string>? items, string? secret)
    {
        var text = new List<string>();
        if (value is not null)
            text.Add(value);
        if (set is { Count: > 0 })
            text.Add($"{{{string.Join(' ', set.Order(StringComparer.Ordinal))}}}");
        if (entities is { Count: > 0 })
            text.Add(string.Join(' ', entities.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}:{tag.Value}")));
        if (items is { Count: > 0 })
            text.Add($"[{string.Join(' ', items)}]");
        if (secret is not null)
            text.Add($"secret {secret[..Math.Min(secret.Length, 24)]}");
        return text.Count == 0 ? "(nothing)" : string.Join(", ", text);
    }
}
