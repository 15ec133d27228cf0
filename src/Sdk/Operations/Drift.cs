using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Secrets;

namespace Formae.Sdk;

/// <summary>Compares what the cloud holds with what a plan was made against.</summary>
internal sealed class Drift(ResourceSchema schema, SecretPaths secrets)
{
    /// <summary>Whether the cloud still holds what was stored. Fields that no read returns say nothing.</summary>
    public bool Holds(JsonElement expected, JsonElement found) => schema.Fields.All(field => Same(field, expected, found, wanted: false));

    /// <summary>Whether the cloud already holds what is wanted. What is left out is no wish.</summary>
    public bool Reached(JsonElement desired, JsonElement found) => schema.Fields.All(field => Same(field, desired, found, wanted: true));

    private bool Same(string field, JsonElement left, JsonElement right, bool wanted)
    {
        var hint = schema.Hints.GetValueOrDefault(field) ?? new FieldHint();
        if (hint.WriteOnly)
            return true;
        JsonElement? a = left.TryGetProperty(field, out var l) ? l : null;
        JsonElement? b = right.TryGetProperty(field, out var r) ? r : null;
        if (IsNothing(a) && (wanted || hint.HasProviderDefault))
            return true;
        return Same(a, b, field, secrets.Below(field));
    }

    private bool Same(JsonElement? a, JsonElement? b, string path, SecretPaths? secret)
    {
        if (IsNothing(a) || IsNothing(b))
            return IsNothing(a) && IsNothing(b);
        if (secret is { IsSecret: true })
            return Digest(a!.Value) == Digest(b!.Value);
        var left = Plain(a!.Value);
        var right = Plain(b!.Value);
        if (schema.Hints.TryGetValue(path, out var hint) && hint.Format == "json" && TryParse(left, out var x) && TryParse(right, out var y))
            return JsonElement.DeepEquals(x, y);
        return (left.ValueKind, right.ValueKind) switch
        {
            (JsonValueKind.Object, JsonValueKind.Object) => SameObject(left, right, path, secret),
            (JsonValueKind.Array, JsonValueKind.Array) => SameArray(left, right, path, secret, hint?.UpdateMethod == UpdateMethod.Array),
            _ => JsonElement.DeepEquals(left, right),
        };
    }

    private bool SameObject(JsonElement left, JsonElement right, string path, SecretPaths? secret)
    {
        foreach (var property in left.EnumerateObject())
        {
            if (!Same(property.Value, right.TryGetProperty(property.Name, out var other) ? other : null, $"{path}.{property.Name}", secret?.Below(property.Name)))
                return false;
        }

        return right.EnumerateObject().All(p => IsNothing(p.Value) || left.TryGetProperty(p.Name, out _) || schema.Hints.GetValueOrDefault($"{path}.{p.Name}") is { HasProviderDefault: true });
    }

    private bool SameArray(JsonElement left, JsonElement right, string path, SecretPaths? secret, bool ordered)
    {
        if (left.GetArrayLength() != right.GetArrayLength())
            return false;
        var rest = right.EnumerateArray().ToList();
        foreach (var item in left.EnumerateArray())
        {
            var at = ordered ? (Same(item, rest[0], path, secret) ? 0 : -1) : rest.FindIndex(other => Same(item, other, path, secret));
            if (at < 0)
                return false;
            rest.RemoveAt(at);
        }

        return true;
    }

    private static bool IsNothing(JsonElement? value) => value is not { } json || json.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.Array => json.GetArrayLength() == 0,
        JsonValueKind.Object => !json.EnumerateObject().MoveNext(),
        _ => false,
    };

    private static JsonElement Plain(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Envelope.Value, out var inner) ? inner : value;

    private static string Digest(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Envelope.Digest, out var digest))
            return digest.GetString()!;
        return Envelope.IsHashed(value) ? Plain(value).GetString()! : SecretSeal.Digest(Plain(value));
    }

    private static bool TryParse(JsonElement text, out JsonElement document)
    {
        document = default;
        if (text.ValueKind != JsonValueKind.String)
            return false;
        try
        {
            document = JsonElement.Parse(text.GetString()!);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
