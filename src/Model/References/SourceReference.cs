using System.Text.Json;

namespace Formae.Model;

/// <summary>A reference as a person writes it (<c>$res</c>): by label, type, stack and property.</summary>
public sealed record SourceReference
{
    public required string Label { get; init; }

    /// <summary>Empty when it was written in short and without: then it is that of the one resource with this label.</summary>
    public required string Type { get; init; }

    /// <summary>Null when it was not said: the stack of the resource that refers.</summary>
    public string? Stack { get; init; }

    public required string Property { get; init; }

    /// <summary>The envelope, for what it says besides.</summary>
    public required JsonElement Envelope { get; init; }

    /// <summary>False, and which keys are missing, when the envelope does not name a property of a resource.</summary>
    public static bool TryRead(JsonElement envelope, out SourceReference? reference, out IReadOnlyList<string> missing)
    {
        reference = null;
        var lacking = new List<string>();
        missing = lacking;
        var label = Text(envelope, Model.Envelope.Label, lacking);
        var isShort = envelope.TryGetProperty(Model.Envelope.Written, out _) && !envelope.TryGetProperty(Model.Envelope.Type, out _);
        var type = isShort ? "" : Text(envelope, Model.Envelope.Type, lacking);
        var property = Text(envelope, Model.Envelope.Property, lacking);
        if (lacking.Count > 0)
            return false;
        var stack = envelope.TryGetProperty(Model.Envelope.Stack, out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : null;
        reference = new SourceReference { Label = label, Type = type, Property = property, Stack = string.IsNullOrEmpty(stack) ? null : stack, Envelope = envelope };
        return true;
    }

    private static string Text(JsonElement envelope, string key, List<string> missing)
    {
        if (envelope.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
            return text;
        missing.Add(key);
        return "";
    }
}
