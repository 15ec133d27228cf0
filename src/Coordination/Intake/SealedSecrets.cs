using System.Text.Json;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Secrets;

namespace Formae.Coordination.Intake;

/// <summary>Closes the secrets of a plan before any of it is stored: where plain text is still needed for a call, it is sealed; everywhere else only its hash is kept.</summary>
public sealed class SealedSecrets(SecretSeal seal)
{
    public ResourceUpdate Close(ResourceUpdate update) => update with
    {
        Resource = update.Operation == ResourceOperation.Delete ? update.Resource : update.Resource with { Properties = Close(update.Resource.Properties, update.Resource.Schema) },
    };

    public Target Close(Target target) => target with { Config = Close(target.Config, schema: null) };

    private JsonElement? Close(JsonElement? properties, ResourceSchema? schema) => properties is not { } open ? null : !SecretValues.MayBeIn(open, HintTree.Of(schema)) ? open : JsonText.Rewrite(open, HintTree.Of(schema), (value, hints, _, writer) =>
    {
        if (!SecretValues.IsSecret(value, hints) || Envelope.IsReference(value) || Envelope.IsSource(value) || Envelope.IsSealed(value) || Envelope.IsHashed(value))
            return false;
        var isEnvelope = Envelope.IsValue(value);
        var closed = seal.Seal(isEnvelope ? value.GetProperty(Envelope.Value) : value);
        writer.WriteStartObject();
        foreach (var property in closed.EnumerateObject())
            property.WriteTo(writer);
        if (isEnvelope && value.TryGetProperty(Envelope.Strategy, out var strategy))
        {
            writer.WritePropertyName(Envelope.Strategy);
            strategy.WriteTo(writer);
        }

        writer.WriteEndObject();
        return true;
    });
}
