using System.Text.Json;

namespace Formae.Model;

/// <summary>How the values of a patch are written.</summary>
public enum PatchValues
{
    /// <summary>For eyes: secrets are withheld, references are shown as what they point at.</summary>
    Preview,

    /// <summary>For a plugin: envelopes are opened, sealed secrets stay sealed.</summary>
    Plugin,

    /// <summary>For a row: as declared.</summary>
    Stored,
}

internal enum PatchVerb
{
    Add,
    Replace,
    Remove,
}

/// <summary>One step from actual to desired, with what the schema says of the place.</summary>
/// <param name="IsCreateOnly">The place, or one above it, cannot be changed in place.</param>
internal sealed record PatchOperation(PatchVerb Verb, string Pointer, JsonElement Value, HintTree Hints, bool IsCreateOnly)
{
    public string Name => Verb switch { PatchVerb.Add => "add", PatchVerb.Replace => "replace", _ => "remove" };

    public void WriteTo(Utf8JsonWriter writer, PatchValues values)
    {
        writer.WriteStartObject();
        writer.WriteString("op", Name);
        writer.WriteString("path", Pointer);
        if (Verb != PatchVerb.Remove)
        {
            writer.WritePropertyName("value");
            Render(Value, Hints, values).WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static JsonElement Render(JsonElement value, HintTree hints, PatchValues values) => values switch
    {
        PatchValues.Stored => value,
        PatchValues.Plugin => Envelope.MayBeIn(value) ? JsonText.Rewrite(value, hints, Open) : value,
        _ => SecretValues.MayBeIn(value, hints) ? JsonText.Rewrite(value, hints, Show) : value,
    };

    private static bool Open(JsonElement value, HintTree hints, PropertyPath? path, Utf8JsonWriter writer)
    {
        if (Envelope.IsHashed(value))
            SecretValues.WriteWithheld(Envelope.Preserved, writer);
        else if (Envelope.IsValue(value))
            JsonText.Rewrite(value.GetProperty(Envelope.Value), hints, Open).WriteTo(writer);
        else
            return false;
        return true;
    }

    private static bool Show(JsonElement value, HintTree hints, PropertyPath? path, Utf8JsonWriter writer)
    {
        if (Envelope.IsReference(value))
        {
            // Where it points is no secret; what stands there may be one.
            writer.WriteStartObject();
            writer.WriteString(Envelope.Reference, value.GetProperty(Envelope.Reference).GetString());
            if (value.TryGetProperty(Envelope.Json, out var expression))
            {
                writer.WritePropertyName(Envelope.Json);
                expression.WriteTo(writer);
            }

            writer.WriteEndObject();
        }
        else if (SecretValues.IsSecret(value, hints))
        {
            SecretValues.WriteWithheld(Envelope.Redacted, writer);
        }
        else if (Envelope.IsValue(value))
        {
            JsonText.Rewrite(value.GetProperty(Envelope.Value), hints, Show).WriteTo(writer);
        }
        else
        {
            return false;
        }

        return true;
    }
}
