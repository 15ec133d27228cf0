using System.Text.Json;
using System.Text.Json.Serialization;

namespace Formae.Plugins.Aws;

/// <summary>What is under way with a table. It travels as the request id, for a plugin remembers nothing between two calls.</summary>
internal sealed record TableProgress
{
    /// <summary>Looks at a table that does not show a change that DynamoDB has accepted. It may be late; but not for good.</summary>
    public const int MostLooks = 20;

    public required TableWork Work { get; init; }

    /// <summary>What an update is to reach; without tags, which are written apart and may be secrets.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Table? Desired { get; init; }

    /// <summary>The step that was sent last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Step { get; init; }

    /// <summary>How often it was looked in vain for what was sent last.</summary>
    public int Looks { get; init; }

    public override string ToString() => JsonSerializer.Serialize(this, AwsJson.Default.TableProgress);

    /// <returns>Null for what is no request id of this type.</returns>
    public static TableProgress? Read(string requestId)
    {
        try
        {
            return JsonSerializer.Deserialize(requestId, AwsJson.Default.TableProgress);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal enum TableWork
{
    Create,
    Update,
    Delete,
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TableProgress))]
internal sealed partial class AwsJson : JsonSerializerContext;
