using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Protocol.Http;

/// <summary>The one JSON context of the HTTP bodies.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = JsonText.MaxDepth)]
[JsonSerializable(typeof(SubmitCommandResponse))]
[JsonSerializable(typeof(CommandList))]
[JsonSerializable(typeof(ConflictingCommandList))]
[JsonSerializable(typeof(CancelCommandResponse))]
[JsonSerializable(typeof(CancelFailure))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(DeadLetterList))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(CommandProgress))]
[JsonSerializable(typeof(UpdateChange))]
[JsonSerializable(typeof(Forma))]
[JsonSerializable(typeof(IReadOnlyList<Stack>))]
[JsonSerializable(typeof(IReadOnlyList<Target>))]
[JsonSerializable(typeof(IReadOnlyList<ResourceSummary>))]
[JsonSerializable(typeof(IReadOnlyList<PolicyInventoryItem>))]
[JsonSerializable(typeof(Policy))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(Resource))]
[JsonSerializable(typeof(Stats))]
[JsonSerializable(typeof(PluginList))]
[JsonSerializable(typeof(PluginAnswer))]
[JsonSerializable(typeof(ResourceHistory))]
[JsonSerializable(typeof(StackHistory))]
[JsonSerializable(typeof(StackDrift))]
[JsonSerializable(typeof(SynchronizationProgress))]
[JsonSerializable(typeof(ReconcileAnswer))]
[JsonSerializable(typeof(ExpiryAnswer))]
public sealed partial class HttpJson : JsonSerializerContext
{
    /// <summary>As <see cref="JsonSerializerContext.Options"/>, but text outside ASCII is written as it is: these bodies are read by people too.</summary>
    public static HttpJson Readable => field ??= new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = JsonText.MaxDepth,
    });
}
