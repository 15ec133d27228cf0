using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Coordination.Commands;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Storage;

/// <summary>The one JSON context of what is stored in rows.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, MaxDepth = JsonText.MaxDepth)]
[JsonSerializable(typeof(ResourceUpdate))]
[JsonSerializable(typeof(TargetUpdate))]
[JsonSerializable(typeof(IReadOnlyList<TargetUpdate>))]
[JsonSerializable(typeof(IReadOnlyList<StackUpdate>))]
[JsonSerializable(typeof(IReadOnlyList<PolicyUpdate>))]
[JsonSerializable(typeof(Policy))]
[JsonSerializable(typeof(ResourceDocument))]
[JsonSerializable(typeof(Target))]
[JsonSerializable(typeof(Stack))]
[JsonSerializable(typeof(Description))]
[JsonSerializable(typeof(PluginAnnouncement))]
[JsonSerializable(typeof(PayloadClaim))]
[JsonSerializable(typeof(IReadOnlyList<ProgressChange>))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class StorageJson : JsonSerializerContext
{
    /// <summary>Rows hold UTF-16 text: escaping what is not ASCII would only make it longer.</summary>
    public static StorageJson Rows => field ??= new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>The part of a resource row that has no column of its own.</summary>
internal sealed record ResourceDocument
{
    public JsonElement? Properties { get; init; }

    public JsonElement? ReadOnlyProperties { get; init; }

    /// <summary>Only where it is not the catalog's schema of the type.</summary>
    public ResourceSchema? Schema { get; init; }

    public string? Group { get; init; }
}
