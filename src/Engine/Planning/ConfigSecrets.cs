using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>What a plugin announces as a secret of its targets' config is one, also where a document writes it as a plain value: it gets the form of a secret before anything of it is stored or shown.</summary>
internal static class ConfigSecrets
{
    public static JsonElement Marked(JsonElement config, HintTree hints) => !hints.HasSecrets ? config : JsonText.Rewrite(config, hints, static (value, hints, _, writer) =>
    {
        if (!hints.Hint.Opaque || CanonicalText.IsLeftOut(value) || (Envelope.IsEnvelope(value) && (!Envelope.IsValue(value) || value.TryGetProperty(Envelope.Visibility, out var _))))
            return false;
        writer.WriteStartObject();
        if (Envelope.IsEnvelope(value))
        {
            foreach (var member in value.EnumerateObject())
                member.WriteTo(writer);
        }
        else
        {
            writer.WritePropertyName(Envelope.Value);
            value.WriteTo(writer);
        }

        writer.WriteString(Envelope.Visibility, Envelope.Opaque);
        writer.WriteEndObject();
        return true;
    });
}
