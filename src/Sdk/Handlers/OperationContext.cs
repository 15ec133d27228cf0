using System.Text.Json;

namespace Formae.Sdk;

/// <summary>What every call carries beside its own subject.</summary>
public abstract class OperationContext
{
    /// <summary>The same for every delivery and attempt of one operation: hand it to the cloud as its idempotency token.</summary>
    public required string OperationId { get; init; }

    /// <summary>From 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The resource's identity for good, a KSUID.</summary>
    public required string Ksuid { get; init; }

    /// <summary>The resource's type, as the request wrote it.</summary>
    public required string ResourceType { get; init; }

    /// <summary>The resource's label in its document.</summary>
    public string Label { get; init; } = "";

    /// <summary>The stack that the resource belongs to.</summary>
    public string Stack { get; init; } = "";

    /// <summary>The label of the target.</summary>
    public string TargetLabel { get; init; } = "";

    /// <summary>The target's config as JSON, secrets opened; an empty object when the target has none.</summary>
    public JsonElement TargetConfig { get; init; } = EmptyObject;

    internal static JsonElement EmptyObject { get; } = JsonElement.Parse("{}");

    /// <summary>The target's config as a record of the plugin's own. Members that the record does not know are ignored, unless it has <see cref="System.Text.Json.Serialization.JsonUnmappedMemberHandlingAttribute"/> against them.</summary>
    /// <exception cref="TargetConfigException">The config does not fit; the operator answers <c>InvalidRequest</c> with its message, so a handler need not catch it.</exception>
    public TConfig Target<TConfig>()
        where TConfig : class
    {
        var json = (System.Text.Json.Serialization.Metadata.JsonTypeInfo<TConfig>)TargetJson.Options.GetTypeInfo(typeof(TConfig));
        try
        {
            return TargetConfig.Deserialize(json) ?? throw new TargetConfigException("The target's config is null.");
        }
        catch (JsonException problem)
        {
            throw new TargetConfigException(BindingProblem.OfTarget(TargetConfig, json, problem));
        }
    }
}

/// <summary>A target's config that the plugin cannot work with. Reported as <c>InvalidRequest</c>.</summary>
/// <param name="message">What is wrong and where; no secrets.</param>
public sealed class TargetConfigException(string message) : Exception(message);

internal static class TargetJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerOptions.Default)
        {
            RespectNullableAnnotations = true,
            Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
