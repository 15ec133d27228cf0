using System.Globalization;
using System.Text.Json;

namespace Formae.Model;

/// <summary>Finds the property that a reference names: dotted, with indexes as <c>Names[0]</c> or <c>Names.0</c>.</summary>
public static class PropertyLookup
{
    /// <summary>The value as it stands, envelope included; null when there is none.</summary>
    public static JsonElement? Find(JsonElement? properties, string path)
    {
        if (properties is not { } current || !PropertyPath.TryParse(path, out var steps) || steps.Count == 0)
            return null;
        foreach (var step in steps)
        {
            if (Envelope.IsValue(current) || (Envelope.IsReference(current) && current.TryGetProperty(Envelope.Value, out _)))
                current = current.GetProperty(Envelope.Value);
            var index = step.Key is null ? step.Index : -1;
            if (current.ValueKind == JsonValueKind.Object && step.Key is { } key && current.TryGetProperty(key, out var child))
                current = child;
            else if (current.ValueKind == JsonValueKind.Array
                && (index >= 0 || int.TryParse(step.Key, NumberStyles.None, CultureInfo.InvariantCulture, out index)) && index < current.GetArrayLength())
                current = current[index];
            else
                return null;
        }

        return current;
    }
}
