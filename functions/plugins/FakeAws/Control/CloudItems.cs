using System.Text.Json;
using System.Text.Json.Nodes;

namespace Formae.Plugins.FakeAws;

/// <summary>Objects of the cloud in the form in which tests see and make them.</summary>
internal static class CloudItems
{
    public static CloudItem ToItem(this CloudObject item) => new()
    {
        Type = item.Type,
        NativeId = item.NativeId,
        Name = item.Name,
        Parent = item.Parent,
        Region = item.Region,
        Properties = JsonElement.Parse(item.Properties.Span),
    };

    public static CloudObject ToObject(this CloudItem item) => new(item.Type, item.NativeId, item.Name, item.Parent, item.Region, JsonSerializer.SerializeToUtf8Bytes(item.Properties));

    /// <summary>Sets the given properties of an object and leaves the others as they are; null when there is no such object.</summary>
    public static CloudObject? Change(this FakeCloud cloud, CloudItem item) => cloud.Change(item.Type, item.NativeId, live =>
    {
        var properties = JsonNode.Parse(live.Properties.Span)!.AsObject();
        foreach (var property in item.Properties.EnumerateObject())
            properties[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        return JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.SerializeToElement(properties));
    });
}
