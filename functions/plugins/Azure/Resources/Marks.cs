using System.Text.Json;
using System.Text.Json.Nodes;

namespace Formae.Plugins.AzureResources.Resources;

/// <summary>Tags, and the one among them that says for which resource of formae an object was made. Nobody is shown it, nor those that Azure hides.</summary>
internal static class Marks
{
    public const string Tag = "formae-ksuid";
    private const string Hidden = "hidden-";
    private const string Field = "Tags";

    public static bool IsOf(JsonElement? body, string ksuid) =>
        body is { ValueKind: JsonValueKind.Object } live && live.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Object
        && tags.TryGetProperty(Tag, out var mark) && mark.ValueKind == JsonValueKind.String && mark.ValueEquals(ksuid);

    /// <summary>Whether an object has any tags.</summary>
    public static bool AreOn(JsonObject live) => live["tags"] is JsonObject { Count: > 0 };

    /// <summary>Adds the mark to what is sent, and the hidden tags of before, which are not the document's to remove. Where it has no tags, none but these are left.</summary>
    public static void Write(JsonObject body, string? ksuid, JsonObject? live)
    {
        if (ksuid is null)
            return;
        var tags = body["tags"] as JsonObject ?? [];
        foreach (var (name, value) in live ?? [])
        {
            if (name.StartsWith(Hidden, StringComparison.OrdinalIgnoreCase))
                tags[name] = value?.DeepClone();
        }

        tags[Tag] = ksuid;
        body["tags"] = tags;
    }

    /// <summary>The field <c>Tags</c> as Azure takes it.</summary>
    public static void WriteField(JsonObject properties, JsonObject body)
    {
        if (properties[Field] is not JsonArray tags)
            return;
        body["tags"] = new JsonObject(tags.OfType<JsonObject>().Select(tag => KeyValuePair.Create((string)tag["Key"]!, tag["Value"]?.DeepClone())));
    }

    /// <summary>What Azure shows, as the field <c>Tags</c>.</summary>
    public static void ReadField(JsonObject live, JsonObject properties)
    {
        if (live["tags"] is not JsonObject tags)
            return;
        var own = Own(tags);
        if (own.Count > 0)
            properties[Field] = new JsonArray([.. own.Select(tag => new JsonObject { ["Key"] = tag.Key, ["Value"] = tag.Value?.DeepClone() ?? "" })]);
    }

    /// <summary>Whether an object has the tags that are sent, and no others.</summary>
    public static bool AreThose(JsonObject live, JsonObject sent) =>
        sent["tags"] is not JsonObject tags || JsonNode.DeepEquals(new JsonObject(Copies(live["tags"] as JsonObject ?? [])), new JsonObject(Copies(tags)));

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Copies(JsonObject tags) => Own(tags).Select(tag => KeyValuePair.Create(tag.Key, tag.Value?.DeepClone()));

    private static List<KeyValuePair<string, JsonNode?>> Own(JsonObject tags) =>
        [.. tags.Where(tag => tag.Key != Tag && !tag.Key.StartsWith(Hidden, StringComparison.OrdinalIgnoreCase))];
}
