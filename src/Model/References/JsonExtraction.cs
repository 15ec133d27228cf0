using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Formae.Model;

/// <summary><c>$json</c> of a reference: one scalar out of a string that holds a JSON document.</summary>
public static class JsonExtraction
{
    public const int MaxInput = 1024 * 1024;
    public const int MaxOutput = 64 * 1024;

    /// <param name="path">Dotted; a number picks an element of an array; <c>\.</c> is a dot in a key.</param>
    /// <param name="problem">Why there is no result. Never holds any of the document, which may be a secret.</param>
    public static bool TryExtract(string document, string path, out JsonElement scalar, out string problem)
    {
        scalar = default;
        problem = "";
        if (Encoding.UTF8.GetByteCount(document) > MaxInput)
        {
            problem = $"the document is larger than {MaxInput / 1024} KiB";
            return false;
        }

        JsonElement current;
        try
        {
            current = JsonText.Parse(document);
        }
        catch (JsonException)
        {
            problem = "the value is not a JSON document";
            return false;
        }

        foreach (var step in Steps(path))
        {
            var found = current.ValueKind switch
            {
                JsonValueKind.Object => current.TryGetProperty(step, out current),
                JsonValueKind.Array when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < current.GetArrayLength() =>
                    (current = current[index]).ValueKind != JsonValueKind.Undefined,
                _ => false,
            };
            if (!found)
            {
                problem = $"'{step}' of the path '{path}' is not there";
                return false;
            }
        }

        switch (current.ValueKind)
        {
            case JsonValueKind.Object or JsonValueKind.Array:
                problem = $"'{path}' is an {(current.ValueKind == JsonValueKind.Object ? "object" : "array")}, and only a single value can be taken";
                return false;
            case JsonValueKind.Null:
                problem = $"'{path}' is null";
                return false;
        }

        if (Encoding.UTF8.GetByteCount(current.GetRawText()) > MaxOutput)
        {
            problem = $"'{path}' is larger than {MaxOutput / 1024} KiB";
            return false;
        }

        scalar = current;
        return true;
    }

    private static IEnumerable<string> Steps(string path)
    {
        var step = new StringBuilder();
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '\\' && i + 1 < path.Length)
            {
                step.Append(path[++i]);
            }
            else if (path[i] == '.')
            {
                yield return step.ToString();
                step.Clear();
            }
            else
            {
                step.Append(path[i]);
            }
        }

        yield return step.ToString();
    }
}
