using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Tables;

/// <summary>One typed value, between the way a document writes it and the way the service does.</summary>
/// <param name="Type">What the table stores.</param>
/// <param name="Text">The value in one form: what is equal has equal texts.</param>
internal sealed partial record EntityValue(EntityType Type, string Text)
{
    private const string Annotation = "@odata.type";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    private static readonly string[] Reserved = ["PartitionKey", "RowKey", "Timestamp"];

    public static Problem? Parse(EntityProperty property, out EntityValue value)
    {
        value = new EntityValue(EntityType.String, "");
        if (property.Name.Length > 255 || !Identifier().IsMatch(property.Name) || Reserved.Contains(property.Name, StringComparer.Ordinal))
            return Problems.InvalidRequest($"'Properties': '{property.Name}' is no name of a property: letters, digits and underscores, no digit first, up to 255, and none of {string.Join(", ", Reserved)}.");
        var written = property.Value ?? default;
        if (written.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            return Problems.InvalidRequest($"'Properties.{property.Name}': a value is a text, a number or a truth value; write an object as a text.");
        var type = property.Type ?? TypeOf(written);
        if (TextOf(type, written) is not { } text)
            return Problems.InvalidRequest($"'Properties.{property.Name}': the value is no {type}. A Type that is left out stays what it was: write it where it shall be another.");
        value = new EntityValue(type, text);
        return null;
    }

    /// <summary>A property as the service shows it.</summary>
    public static EntityValue Of(JsonElement entity, JsonProperty property)
    {
        var type = entity.TryGetProperty(property.Name + Annotation, out var annotation) && Enum.TryParse<EntityType>(annotation.GetString()!.Split('.')[^1], out var told)
            ? told
            : property.Value.ValueKind == JsonValueKind.Number && property.Value.GetRawText().IndexOfAny(['.', 'e', 'E']) >= 0 ? EntityType.Double : TypeOf(property.Value);
        return new EntityValue(type, TextOf(type, property.Value) ?? property.Value.ToString());
    }

    public static bool IsOfService(string name) => Reserved.Contains(name, StringComparer.Ordinal) || name.StartsWith("odata.", StringComparison.Ordinal) || name.Contains('@');

    /// <summary>As a document writes it.</summary>
    public EntityProperty ToProperty(string name) => new()
    {
        Name = name,
        Type = Type,
        Value = Type switch
        {
            EntityType.Boolean or EntityType.Int32 or EntityType.Int64 => JsonElement.Parse(Text),
            EntityType.Double when double.IsFinite(double.Parse(Text, CultureInfo.InvariantCulture)) => JsonElement.Parse(Text),
            _ => JsonSerializer.SerializeToElement(Text, TableJson.Default.String),
        },
    };

    /// <summary>As the service takes it.</summary>
    public void Write(string name, JsonObject entity)
    {
        entity[name] = Type switch
        {
            EntityType.Boolean or EntityType.Int32 => JsonNode.Parse(Text),
            EntityType.Double when double.IsFinite(double.Parse(Text, CultureInfo.InvariantCulture)) => JsonNode.Parse(Text),
            _ => Text,
        };
        if (Type is not (EntityType.String or EntityType.Boolean or EntityType.Int32))
            entity[name + Annotation] = $"Edm.{Type}";
    }

    private static EntityType TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => EntityType.Boolean,
        JsonValueKind.Number => value.TryGetInt32(out _) ? EntityType.Int32 : value.TryGetInt64(out _) ? EntityType.Int64 : EntityType.Double,
        _ => EntityType.String,
    };

    private static string? TextOf(EntityType type, JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => "",
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => value.GetRawText(),
        };
        return type switch
        {
            EntityType.String => text,
            EntityType.Boolean => bool.TryParse(text, out var truth) ? (truth ? "true" : "false") : null,
            EntityType.Int32 => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small) ? small.ToString(CultureInfo.InvariantCulture) : null,
            EntityType.Int64 => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large) ? large.ToString(CultureInfo.InvariantCulture) : null,
            EntityType.Double => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number.ToString("R", CultureInfo.InvariantCulture) : null,
            EntityType.DateTime => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? time.ToString(TimeFormat, CultureInfo.InvariantCulture)
                : null,
            EntityType.Guid => Guid.TryParse(text, out var guid) ? guid.ToString("D") : null,
            _ => Convert.TryFromBase64String(text, new byte[text.Length], out _) ? text : null,
        };
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Identifier();
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TableJson : System.Text.Json.Serialization.JsonSerializerContext;
