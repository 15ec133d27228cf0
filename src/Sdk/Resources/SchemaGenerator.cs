using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Sdk;

/// <summary>Reads the schema of a resource type off its record. Done once, when the app starts.</summary>
public static class SchemaGenerator
{
    /// <summary>The schema of <typeparamref name="T"/>: its fields, and how each behaves.</summary>
    /// <exception cref="InvalidOperationException">The record has no <see cref="ResourceTypeAttribute"/>, names a property that it does not have, or has alternatives that are none.</exception>
    public static ResourceSchema Generate<T>() => Generate(typeof(T));

    /// <summary>The schema of a record type: its fields, and how each behaves.</summary>
    /// <exception cref="InvalidOperationException">The record has no <see cref="ResourceTypeAttribute"/>, names a property that it does not have, or has alternatives that are none.</exception>
    public static ResourceSchema Generate(Type record)
    {
        var type = TypeOf(record);
        var properties = PropertiesOf(record);
        if (type.Identifier.Length > 0 && properties.All(p => p.Name != type.Identifier))
            throw new InvalidOperationException($"{record.Name} names '{type.Identifier}' as its identifier, but has no such property.");

        var mappings = record.GetCustomAttributes<ParentPropertyAttribute>().Select(m => m.ToMapping()).ToArray();
        return new ResourceSchema
        {
            Identifier = type.Identifier,
            Fields = [.. properties.Where(p => !IsReadOnly(p)).Select(p => p.Name)],
            Hints = HintsOf(record),
            Discoverable = type.Discoverable,
            Extractable = type.Extractable,
            Portable = type.Portable,
            Parent = type.Parent,
            ParentMappings = mappings.Length == 0 ? null : mappings,
            Notice = type.Notice.Length == 0 ? null : type.Notice,
        };
    }

    /// <summary>How the fields of a record behave, and those of the records inside of it.</summary>
    internal static SortedDictionary<string, FieldHint> HintsOf(Type record)
    {
        var hints = new SortedDictionary<string, FieldHint>(StringComparer.Ordinal);
        AddHints(hints, record, "", new Stack<Type>([record]));
        return AlternativeFields.Complete(record, hints);
    }

    internal static ResourceTypeAttribute TypeOf(Type record) =>
        record.GetCustomAttribute<ResourceTypeAttribute>()
        ?? throw new InvalidOperationException($"{record.FullName} is no resource type: it has no [ResourceType].");

    private static void AddHints(SortedDictionary<string, FieldHint> hints, Type record, string prefix, Stack<Type> above)
    {
        var nullability = new NullabilityInfoContext();
        var isNested = prefix.Length > 0;
        foreach (var property in PropertiesOf(record).Where(p => !IsReadOnly(p) || IsOpaque(p) || isNested))
        {
            var path = prefix + property.Name;
            var shape = JsonShape.Of(property.PropertyType);
            var hint = new FieldHint
            {
                Type = IsTextToo(property) ? null : shape.Type,
                ItemType = shape.Item is null ? null : JsonShape.Of(shape.Item).Type,
                Required = property.IsDefined(typeof(RequiredMemberAttribute)) && nullability.Create(property).ReadState == NullabilityState.NotNull,
            };

            // Inside of an object there is no list of fields to leave it out of: an output there is what the provider fills in.
            if (isNested && IsReadOnly(property))
                hint = hint with { Required = false, HasProviderDefault = true };
            foreach (var attribute in property.GetCustomAttributes<FieldAttribute>())
                hint = attribute.Apply(hint);
            if (hint.IndexField is { } key && (shape.Item is null || PropertiesOf(shape.Item).All(p => p.Name != key)))
                throw new InvalidOperationException($"{record.Name}.{property.Name} is keyed by '{key}', but its elements have no such property.");
            hints.Add(path, hint);

            // A type that contains itself has hints down to its first repetition.
            var nested = shape.Item ?? property.PropertyType;
            if (!JsonShape.Of(nested).IsRecord || above.Contains(nested))
                continue;
            above.Push(nested);
            AddHints(hints, nested, path + ".", above);
            above.Pop();
        }
    }

    internal static PropertyInfo[] PropertiesOf(Type record) =>
        [.. record.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetIndexParameters().Length == 0 && p is { CanRead: true, CanWrite: true } && !p.IsDefined(typeof(JsonIgnoreAttribute)) && !p.IsDefined(typeof(JsonExtensionDataAttribute)))
            .OrderBy(p => p.MetadataToken)];

    private static bool IsTextToo(PropertyInfo property) => property.GetCustomAttribute<JsonNumberHandlingAttribute>()?.Handling.HasFlag(JsonNumberHandling.AllowReadingFromString) ?? false;

    // An output has no behaviour worth telling, except that it is a secret.
    private static bool IsOpaque(PropertyInfo property) => property.IsDefined(typeof(OpaqueAttribute));

    private static bool IsReadOnly(PropertyInfo property) => property.IsDefined(typeof(ReadOnlyAttribute));
}
