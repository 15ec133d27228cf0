using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Formae.Sdk;

/// <summary>Says where and why properties do not fit their type. Runs only when they do not, so it may take its time; it never repeats a value.</summary>
internal static class BindingProblem
{
    public static string Describe(string resourceType, JsonElement properties, JsonTypeInfo type, JsonException found) =>
        $"{resourceType}: {Find(properties, type, "") ?? $"'{Readable(found.Path)}' has a value of the wrong type"}.";

    /// <summary>What is wrong with a target's config, all of it that stands at the top.</summary>
    public static string OfTarget(JsonElement config, JsonTypeInfo type, JsonException found)
    {
        if (config.ValueKind != JsonValueKind.Object)
            return $"The target's config is {Article(config.ValueKind)}, expected is an object with {Names(type)}.";
        var unknown = type.UnmappedMemberHandling == System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow
            ? config.EnumerateObject().Select(given => given.Name).Where(name => type.Properties.All(known => known.Name != name)).ToList()
            : [];
        var missing = type.Properties.Where(known => known.IsRequired && !config.TryGetProperty(known.Name, out _)).Select(known => known.Name).ToList();
        if (missing.Count > 0)
            return $"The target's config lacks {Quoted(missing)}{(unknown.Count == 0 ? "" : $", and has {Quoted(unknown)}, which is unknown")}; known are {Names(type)}.";
        if (unknown.Count > 0)
            return $"The target's config has {Quoted(unknown)}, which is unknown; known are {Names(type)}.";
        var at = Readable(found.Path);
        var wrong = type.Properties.FirstOrDefault(known => known.Name == at);
        return wrong is not null && config.TryGetProperty(at, out var value)
            ? $"The target's config has {Article(value.ValueKind)} as '{at}', expected is {Expected(wrong.PropertyType)}."
            : $"The target's config has a value of the wrong type at '{at}'.";
    }

    /// <summary>The path as people write it: without the leading <c>$.</c>.</summary>
    public static string Readable(string? path) =>
        path is null or "$" ? "" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path;

    // What a record works out by itself cannot be written.
    private static string Names(JsonTypeInfo type) => string.Join(", ", type.Properties.Where(known => known.Set is not null).Select(known => known.Name));

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

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

        if (Fits(value, type.Type))
            return null;
        return RangeOf(type.Type) is { } range && IsWhole(value) ? $"'{path}' is out of range, expected is an integer from {range}" : $"'{path}' is {Article(value.ValueKind)}, expected is {Expected(type.Type)}";
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

    private static bool IsWhole(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && (!value.TryGetDecimal(out var number) || decimal.IsInteger(number));

    private static string? RangeOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var plain when plain.IsEnum => null,
        var plain => Type.GetTypeCode(plain) switch
        {
            TypeCode.Byte => $"{byte.MinValue} to {byte.MaxValue}",
            TypeCode.Int16 => $"{short.MinValue} to {short.MaxValue}",
            TypeCode.Int32 => $"{int.MinValue} to {int.MaxValue}",
            TypeCode.Int64 => $"{long.MinValue} to {long.MaxValue}",
            _ => null,
        },
    };

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
