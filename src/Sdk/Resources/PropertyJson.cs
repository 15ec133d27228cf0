using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Formae.Sdk;

/// <summary>How properties become records and back. Names are taken as they are; enums are text; what is null is left out.</summary>
internal static class PropertyJson
{
    /// <summary>For what a person asked for: nothing unknown, nothing missing, nothing of the wrong type.</summary>
    public static JsonSerializerOptions Strict { get; } = Create(strict: true);

    /// <summary>For what was stored, perhaps by another version of the plugin: takes what fits.</summary>
    public static JsonSerializerOptions Lenient { get; } = Create(strict: false);

    private static JsonSerializerOptions Create(bool strict)
    {
        var resolver = new DefaultJsonTypeInfoResolver { Modifiers = { strict ? RelaxWhatMayBeAbsent : RelaxAll } };
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = resolver,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            RespectNullableAnnotations = strict,
            UnmappedMemberHandling = strict ? JsonUnmappedMemberHandling.Disallow : JsonUnmappedMemberHandling.Skip,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter() },
        };
        options.MakeReadOnly();
        return options;
    }

    // A secret that nobody knows any more, a value that no read returns and an output are absent for good reasons: their presence is checked where it is due.
    private static void RelaxWhatMayBeAbsent(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider is MemberInfo member && MayBeAbsent(member))
                Relax(property);
        }
    }

    private static void RelaxAll(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            Relax(property);
    }

    private static void Relax(JsonPropertyInfo property)
    {
        property.IsRequired = false;
        if (property.PropertyType.IsValueType)
            return;
        if (property.Get is not null)
            property.IsGetNullable = true;
        if (property.Set is not null)
            property.IsSetNullable = true;
    }

    private static bool MayBeAbsent(MemberInfo member) =>
        member.IsDefined(typeof(OpaqueAttribute)) || member.IsDefined(typeof(WriteOnlyAttribute)) || member.IsDefined(typeof(ReadOnlyAttribute));
}
