using System.Text.Json;
using Formae.Model;

namespace Formae.Plugins.AzureResources.Arm;

/// <summary>By what an operation that Azure has accepted is followed.</summary>
internal enum Following
{
    /// <summary>The status that <c>Azure-AsyncOperation</c> named.</summary>
    Status,

    /// <summary>The result that <c>Location</c> named.</summary>
    Result,

    /// <summary>The object itself: its <c>provisioningState</c>, or that it is gone.</summary>
    Object,
}

/// <summary>An operation that Azure has accepted. As text it is the request id that status polls ask with: whoever takes the next poll knows all from it.</summary>
internal sealed record PendingOperation
{
    public required Following By { get; init; }

    /// <summary>Where to ask; null for the object itself.</summary>
    public string? Address { get; init; }

    /// <summary>The object.</summary>
    public required string Id { get; init; }

    public required string ApiVersion { get; init; }

    public bool IsDelete { get; init; }

    /// <summary>Whether the object has said that it is being deleted: a failure that it shows afterwards is the deletion's.</summary>
    public bool IsSeenDeleting { get; init; }

    /// <summary>When it was asked about.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>Before then Azure does not want to be asked again.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    public override string ToString() => JsonSerializer.Serialize(this, AzureJson.Default.PendingOperation);

    /// <summary>Null: it is none.</summary>
    public static PendingOperation? TryParse(string requestId)
    {
        try
        {
            return JsonSerializer.Deserialize(requestId, AzureJson.Default.PendingOperation);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>How an operation stands.</summary>
internal abstract record Progress
{
    private Progress()
    {
    }

    /// <summary>It is done. The object may be in the answer; where it is not, it is to be read.</summary>
    public sealed record Done(JsonElement? Object) : Progress;

    /// <summary>It goes on.</summary>
    public sealed record GoesOn(PendingOperation Operation, string Message) : Progress;

    /// <summary>It has failed.</summary>
    public sealed record Failed(Problem Problem) : Progress
    {
        /// <summary>Whether something else is done first.</summary>
        public bool IsTurnedAway { get; init; }
    }

    /// <summary>Nobody knows: the question was not answered.</summary>
    public sealed record Unknown(Problem Problem) : Progress;
}
