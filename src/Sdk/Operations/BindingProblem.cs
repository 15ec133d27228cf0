using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Formae.Sdk;

/// <summary>Says where and why properties do not fit their type. Runs only when they do not, so it may take its time; it never repeats a value.</summary>
internal static class BindingProblem
{
    public static string Describe(string resourceType, JsonElement properties, JsonTypeInfo type, JsonException found) =>
        $"{resourceType}: {Find(properties, type, "") ?? $"'{Readable(found.Path)}' has a value of the wrong type"}.";

    /// <summary>The path as people write it: without the leading <c>$.</c>.</summary>
    public static string Readable(string? path) =>
        path is null or "$" ? "" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path;

    private static string? Find(JsonElement value, JsonTypeInfo type, string path)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object:
                return FindInObject(value, type, path);
            case JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array && type.ElementType is { } element:
                return value.EnumerateArray().Select((item, i) => Find(item, type.Options.GetTypeInfo(element), $"{path}[{i}]")).FirstOrDefault(p => p is not null);
            case JsonTypeInfoKind.Dictionary when value.ValueKind == JsonValueKind.Object && type.ElementType is { } element:
                return value.EnumerateObject().Select(p => Find(p.Value, type.Options.GetTypeInfo(element), Join(path, p.Name))).FirstOrDefault(p => p is not null);
        }

        return Fits(value, type.Type) ? null : $"'{path}' is {Article(value.ValueKind)}, expected is {Expected(type.Type)}";
    }

    private static string? FindInObject(JsonElement value, JsonTypeInfo type, string path)
    {
        foreach (var property in value.EnumerateObject())
        {
            var known = type.Properties.FirstOrDefault(p => p.Name == property.Name);
            if (known is null)
                return $"'{Join(path, property.Name)}' is not a property of this type (known are {string.Join(", ", type.Properties.Select(p => p.Name))})";
            if (property.Value.ValueKind == JsonValueKind.Null && !known.IsSetNullable)
                return $"'{Join(path, property.Name)}' must not be null";
            if (property.Value.ValueKind != JsonValueKind.Null && Find(property.Value, type.Options.GetTypeInfo(known.PropertyType), Join(path, property.Name)) is { } problem)
                return problem;
        }

        var missing = type.Properties.FirstOrDefault(p => p.IsRequired && !value.TryGetProperty(p.Name, out _));
        return missing is null ? null : $"'{Join(path, missing.Name)}' is missing";
    }

    private static bool Fits(JsonElement value, Type type)
    {
        try
        {
            value.Deserialize(PropertyJson.Strict.GetTypeInfo(type));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Expected(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(plain))}" : JsonShape.Of(plain).Type switch
        {
            "integer" => "an integer",
            "array" => "an array",
            "object" => "an object",
            "string" when plain != typeof(string) => $"a string that is a {plain.Name}",
            { } other => $"a {other}",
            null => "another value",
        };
    }

    private static string Article(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Null => "null",
        _ => $"a {kind.ToString().ToLowerInvariant()}",
    };
}
