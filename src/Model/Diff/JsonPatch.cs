using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Formae.Model;

/// <summary>RFC 6902, as far as plans use it: <c>add</c>, <c>replace</c> and <c>remove</c>.</summary>
public static class JsonPatch
{
    /// <exception cref="JsonPatchException">An operation does not fit the document.</exception>
    public static JsonElement Apply(JsonElement document, JsonElement patch)
    {
        return patch.GetArrayLength() == 0 ? document : Apply(document, patch.EnumerateArray().Select(operation => (
            operation.GetProperty("op").GetString()!,
            operation.GetProperty("path").GetString()!,
            operation.TryGetProperty("value", out var given) ? given : default)));
    }

    internal static JsonElement Apply(JsonElement document, IEnumerable<(string Name, string Pointer, JsonElement Value)> operations)
    {
        var root = ToNode(document);
        foreach (var (name, pointer, given) in operations)
        {
            var value = ToNode(given);
            if (pointer.Length == 0)
                root = name == "remove" ? null : value;
            else
                Change(root, name, pointer, value);
        }

        return JsonText.Write(writer =>
        {
            if (root is null)
                writer.WriteNullValue();
            else
                root.WriteTo(writer);
        });
    }

    // Only what an operation leads through is taken apart; the rest is written as it is.
    private static JsonNode? ToNode(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(element),
        JsonValueKind.Array => JsonArray.Create(element),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => JsonValue.Create(element),
    };

    private static void Change(JsonNode? root, string name, string pointer, JsonNode? value)
    {
        var steps = pointer.Split('/');
        if (steps[0].Length > 0)
            throw new JsonPatchException(pointer, "a path begins with '/'");
        var parent = root;
        for (var i = 1; i < steps.Length - 1; i++)
            parent = Step(parent, Unescape(steps[i]), pointer);
        var last = Unescape(steps[^1]);
        switch (parent)
        {
            case JsonObject members:
                if (name != "add" && !members.ContainsKey(last))
                    throw new JsonPatchException(pointer, $"there is no '{last}' to {name}");
                if (name == "remove")
                    members.Remove(last);
                else
                    members[last] = value;
                break;
            case JsonArray elements:
                ChangeElement(elements, name, last, pointer, value);
                break;
            default:
                throw new JsonPatchException(pointer, "what it leads to is neither an object nor an array");
        }
    }

    private static void ChangeElement(JsonArray elements, string name, string step, string pointer, JsonNode? value)
    {
        var index = step == "-" && name == "add" ? elements.Count : IndexOf(step, pointer);
        if (index > elements.Count || (index == elements.Count && name != "add"))
            throw new JsonPatchException(pointer, $"the array has {elements.Count} elements");
        if (name == "add")
            elements.Insert(index, value);
        else if (name == "remove")
            elements.RemoveAt(index);
        else
            elements[index] = value;
    }

    private static JsonNode? Step(JsonNode? node, string step, string pointer) => node switch
    {
        JsonObject members when members.TryGetPropertyValue(step, out var child) => child,
        JsonArray elements when IndexOf(step, pointer) is var index && index < elements.Count => elements[index],
        _ => throw new JsonPatchException(pointer, $"there is no '{step}' on the way"),
    };

    private static int IndexOf(string step, string pointer) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : throw new JsonPatchException(pointer, $"'{step}' is no index");

    private static string Unescape(string step) => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}

/// <summary>An operation that does not fit: the patch was made for another document.</summary>
public sealed class JsonPatchException(string path, string reason) : Exception($"The patch operation at '{path}' does not fit: {reason}.");
