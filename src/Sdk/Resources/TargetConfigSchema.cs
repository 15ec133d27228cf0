using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Formae.Protocol.Bus;

namespace Formae.Sdk;

/// <summary>Reads what is announced of the config of targets off the record that handlers read it as. Done once, when the app is put together.</summary>
internal static class TargetConfigSchema
{
    /// <exception cref="InvalidOperationException">A property has another name in JSON, or its attributes make no sense.</exception>
    public static AnnouncedConfig Of(Type record)
    {
        var properties = SchemaGenerator.PropertiesOf(record);
        if (properties.FirstOrDefault(property => property.IsDefined(typeof(JsonPropertyNameAttribute))) is { } renamed)
            throw new InvalidOperationException($"{record.Name}.{renamed.Name} has another name in JSON; the keys of a target's config are the names of its record's properties.");

        // What is kept whatever it is called has no list of names.
        var isOpen = record.GetProperties().Any(property => property.IsDefined(typeof(JsonExtensionDataAttribute)));
        return new AnnouncedConfig
        {
            Fields = isOpen ? [] : [.. properties.Select(property => property.Name)],
            Hints = SchemaGenerator.HintsOf(record),
            JsonSchema = JsonSchemaOf(record, properties),
        };
    }

    private static JsonElement JsonSchemaOf(Type record, PropertyInfo[] properties)
    {
        var schema = JsonSchemaGenerator.Export(record, TargetJson.Options);
        if (record.GetCustomAttribute<DescriptionAttribute>() is { } description)
            schema["description"] = description.Text;

        // What the record works out by itself cannot be written.
        if (schema["properties"] is JsonObject members)
        {
            foreach (var name in members.Select(member => member.Key).Where(name => properties.All(property => property.Name != name)).ToArray())
                members.Remove(name);
        }

        return JsonSerializer.SerializeToElement(schema);
    }
}
