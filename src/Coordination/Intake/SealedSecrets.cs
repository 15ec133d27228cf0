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
        Resource = update.Operation == ResourceOperation.Delete
            ? Hashed(update.Resource)
            : Hashed(update.Resource) with { Properties = Close(update.Resource.Properties, update.Resource.Schema) },
        Existing = update.Existing is { } existing ? Hashed(existing) : null,
    };

    public Target Close(Target target) => target with { Config = Close(target.Config, schema: null) };

    /// <summary>What came from storage is hashed there, unless it was written before its field was marked as a secret.</summary>
    private static Resource Hashed(Resource resource) => resource with
    {
        Properties = resource.Properties is { } properties ? SecretValues.Hashed(properties, resource.Schema) : null,
        ReadOnlyProperties = resource.ReadOnlyProperties is { } readOnly ? SecretValues.Hashed(readOnly, resource.Schema) : null,
    };

    private JsonElement? Close(JsonElement? properties, ResourceSchema? schema) => properties is { } open ? seal.Close(open, schema) : null;
}
