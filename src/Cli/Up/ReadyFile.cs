using System.Text.Json;
using System.Text.Json.Serialization;

namespace Formae.Cli.Up;

/// <summary>Tells whoever started a control plane where it is. The file appears whole or not at all.</summary>
internal sealed record ReadyFile
{
    [JsonPropertyName("address")]
    public required string Address { get; init; }

    [JsonPropertyName("pid")]
    public required int ProcessId { get; init; }

    [JsonPropertyName("processes")]
    public required IReadOnlyList<ReadyProcess> Processes { get; init; }

    public void Write(string path)
    {
        var draft = $"{path}.{Environment.ProcessId}.partial";
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(this, UpJson.Default.ReadyFile));
        File.Move(draft, path, overwrite: true);
    }
}

/// <summary>One process of a control plane.</summary>
internal sealed record ReadyProcess
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("pid")]
    public required int ProcessId { get; init; }

    /// <summary>Where its HTTP functions are; the broker has none.</summary>
    [JsonPropertyName("url"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Url { get; init; }
}

[JsonSerializable(typeof(ReadyFile))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class UpJson : JsonSerializerContext;
