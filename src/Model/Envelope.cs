using System.Runtime.InteropServices;
using System.Text.Json;

namespace Formae.Model;

/// <summary>The reserved keys that make an object in <c>Properties</c> a value envelope, and the forms they make.</summary>
public static class Envelope
{
    public const string Value = "$value";
    public const string Visibility = "$visibility";
    public const string Strategy = "$strategy";
    public const string Hashed = "$hashed";
    public const string Source = "$res";
    public const string Label = "$label";
    public const string Type = "$type";
    public const string Stack = "$stack";
    public const string Property = "$property";
    public const string Json = "$json";
    public const string Reference = "$ref";
    public const string Applied = "$applied";
    public const string Embed = "$embed";
    public const string Template = "$template";

    /// <summary>A secret on its way: protected text that only the plugin's operator opens. Never at rest in a resource row.</summary>
    public const string Sealed = "$sealed";

    /// <summary>Beside <see cref="Source"/>: how the reference was written in short. It may lack its type then, which is that of the one resource with the label.</summary>
    public const string Written = "$written";

    /// <summary>Beside <see cref="Sealed"/>: lower-case hex SHA-256 of the plain value, which is what a row keeps.</summary>
    public const string Digest = "$digest";

    /// <summary>Stands where a secret is not shown (<see cref="Redacted"/>) or could not be known (<see cref="Preserved"/>).</summary>
    public const string Withheld = "$opaque";

    public const string Redacted = "redacted";
    public const string Preserved = "preserved";

    public const string Opaque = "Opaque";
    public const string Clear = "Clear";
    public const string SetOnce = "SetOnce";
    public const string Update = "Update";

    /// <summary>Whether an object is any of the forms below rather than an object of the resource.</summary>
    public static bool IsEnvelope(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return false;
        foreach (var property in value.EnumerateObject())
        {
            // Names are made into strings only where they can be one of ours: this is asked of every object that is compared.
            if (JsonMarshal.GetRawUtf8PropertyName(property) is [(byte)'$' or (byte)'\\', ..] && property.Name is Value or Source or Reference or Embed or Sealed or Withheld)
                return true;
        }

        return false;
    }

    /// <summary>A cheap no: whether anything in a value could be an envelope. A dollar sign may be written as an escape.</summary>
    public static bool MayBeIn(JsonElement? value) => JsonText.Mentions(value, "\"$"u8) || JsonText.Mentions(value, "\\u0024"u8);

    public static bool IsSource(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Source, out var marker) && marker.ValueKind == JsonValueKind.True;

    public static bool IsReference(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Reference, out var uri) && uri.ValueKind == JsonValueKind.String;

    public static bool IsValue(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Value, out _)
        && !value.TryGetProperty(Reference, out _) && !value.TryGetProperty(Source, out _) && !value.TryGetProperty(Embed, out _);

    public static bool IsSealed(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Sealed, out var text) && text.ValueKind == JsonValueKind.String;

    public static bool IsOpaque(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Visibility, out var visibility)
        && visibility.ValueKind == JsonValueKind.String && visibility.ValueEquals(Opaque);

    public static bool IsWithheld(JsonElement value) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Withheld, out _);

    public static bool IsHashed(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Hashed, out var marker) && marker.ValueKind == JsonValueKind.True;
}

/// <summary><c>formae://KSUID#/property.path</c>: a property of a resource, or with an empty path the resource itself.</summary>
public readonly record struct PropertyUri(string Ksuid, string Path)
{
    private const string Scheme = "formae://";

    public static bool TryParse(string? text, out PropertyUri uri)
    {
        uri = default;
        if (text is null || !text.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        var end = text.IndexOf('#');
        var ksuid = end < 0 ? text[Scheme.Length..] : text[Scheme.Length..end];
        if (!Model.Ksuid.IsValid(ksuid))
            return false;
        uri = new PropertyUri(ksuid, end < 0 ? "" : text[(end + 1)..].TrimStart('/'));
        return true;
    }

    public override string ToString() => Path.Length == 0 ? $"{Scheme}{Ksuid}#" : $"{Scheme}{Ksuid}#/{Path}";
}
