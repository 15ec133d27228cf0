using System.Text.Json;

namespace Formae.Cli.Errors;

/// <summary>Reads the payload of a refusal; a payload of a newer server that has less or other keys is no reason to fail.</summary>
internal readonly struct ErrorData(JsonElement? data)
{
    private readonly JsonElement _data = data ?? default;

    public string Text(string name) => Text(_data, name);

    public IReadOnlyList<string> Texts(string name) => [.. Items(name).Select(item => item.ToString())];

    public IReadOnlyList<JsonElement> Items(string name) =>
        _data.ValueKind == JsonValueKind.Object && _data.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    public IReadOnlyList<(string Name, JsonElement Value)> Members(string name) =>
        _data.ValueKind == JsonValueKind.Object && _data.TryGetProperty(name, out var map) && map.ValueKind == JsonValueKind.Object
            ? [.. map.EnumerateObject().Select(member => (member.Name, member.Value))]
            : [];

    public JsonElement? Value(string name) =>
        _data.ValueKind == JsonValueKind.Object && _data.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value.ToString() : "";
}
