using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Formae.Sdk;

/// <summary>What a CLR type is in JSON: the JSON type where it is known, the element type of an array, and whether its properties have names of their own.</summary>
internal readonly record struct JsonShape(string? Type, Type? Item = null, bool IsRecord = false)
{
    public static JsonShape Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(object) || type == typeof(JsonElement) || type == typeof(JsonDocument) || typeof(JsonNode).IsAssignableFrom(type))
            return new JsonShape(null);
        if (type.IsEnum)
            return new JsonShape("string");
        switch (System.Type.GetTypeCode(type))
        {
            case TypeCode.Boolean:
                return new JsonShape("boolean");
            case TypeCode.String or TypeCode.Char or TypeCode.DateTime:
                return new JsonShape("string");
            case TypeCode.Single or TypeCode.Double or TypeCode.Decimal:
                return new JsonShape("number");
            case TypeCode.Byte or TypeCode.SByte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64 or TypeCode.UInt64:
                return new JsonShape("integer");
        }

        if (type == typeof(byte[]) || (type.Namespace == "System" && !type.IsArray && !typeof(IEnumerable).IsAssignableFrom(type)))
            return new JsonShape("string");
        if (InterfaceOf(type, typeof(IReadOnlyDictionary<,>)) is not null || InterfaceOf(type, typeof(IDictionary<,>)) is not null)
            return new JsonShape("object");
        if (InterfaceOf(type, typeof(IEnumerable<>)) is { } sequence)
            return new JsonShape("array", sequence.GetGenericArguments()[0]);
        return new JsonShape("object", IsRecord: true);
    }

    private static Type? InterfaceOf(Type type, Type definition) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition
            ? type
            : Array.Find(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == definition);
}
