using System.Text.Json;
using System.Text.Json.Serialization;
using Formae.Model;

namespace Formae.Protocol.Bus;

/// <summary>What came of one <see cref="OperationRequest"/>: everything the plugin learned, so that nobody asks a second question.</summary>
public sealed record OperationReport
{
    /// <summary>The most characters of a message that is handed on.</summary>
    private const int MostWords = 8_000;

    public int Contract { get; set; } = BusContract.Version;

    public required string OperationId { get; init; }

    public int Attempt { get; init; }

    public int Sequence { get; init; }

    public required OperationVerb Verb { get; init; }

    public required string Ksuid { get; init; }

    /// <summary>What it was about; empty from a plugin that does not say so yet.</summary>
    public string ResourceType { get; set; } = "";

    public required OperationStatus Status { get; init; }

    public string? NativeId { get; init; }

    /// <summary>The handle to poll with, when <see cref="Status"/> is in progress.</summary>
    public string? RequestId { get; init; }

    /// <summary>The whole object as the cloud has it now, where the plugin knows it. Opaque values are sealed, with their digest beside them.</summary>
    public JsonElement? Properties { get; init; }

    /// <summary>One page of ids (list).</summary>
    public IReadOnlyList<string>? NativeIds { get; init; }

    /// <summary>Where the next page begins (list); absent after the last one.</summary>
    public string? NextPageToken { get; init; }

    /// <summary>The whole report is too large to travel: it was left as a payload, and this one says only what decisions need.</summary>
    public PayloadClaim? Claim { get; init; }

    public Problem? Problem { get; init; }

    /// <summary>
    /// The call itself failed: it ran out of time, the handler broke, or (a status poll) the cloud could not be asked. Otherwise <see cref="Problem"/> is the
    /// operation's own outcome. After a failed poll only another poll may follow; after an operation that failed it may be begun anew.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CallFailed { get; init; }

    /// <summary>The object of a create was there already, and is taken for what an earlier attempt has made.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WasThere { get; init; }

    /// <summary>
    /// The work was done, and what was learned of the object could not travel: it is left out, and <see cref="Problem"/> says why. Who does not know of this takes the
    /// report for what it is besides: a success without properties.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsTruncated { get; init; }

    /// <summary>
    /// Nothing was done: the message came a second time, and what became of the first one is not known here. Whoever still waits asks anew. Who does not know of this takes the report for what it
    /// is besides: a failure that may be tried again.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUnserved { get; init; }

    public string? Message { get; init; }

    /// <summary>W3C trace context of the plugin's work on it.</summary>
    public string? TraceParent { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset FinishedAt { get; init; }

    public int ProcessId { get; init; }

    public string PluginVersion { get; set; } = "";

    /// <summary>The same in few words. What a cloud says of a failure may be as long as a page, and it goes through messages, entities and rows that stay small.</summary>
    public OperationReport InFewWords() => (Message?.Length > MostWords || Problem?.Message.Length > MostWords) ? this with
    {
        Message = Message is null ? null : Short(Message),
        Problem = Problem is null ? null : Problem with { Message = Short(Problem.Message) },
    }
    : this;

    private static string Short(string text) => text.Length <= MostWords ? text : text[..MostWords] + " …";
}

[JsonConverter(typeof(JsonStringEnumConverter<OperationStatus>))]
public enum OperationStatus
{
    Success,
    Failure,

    /// <summary>Accepted by the cloud; ask again with the request id.</summary>
    InProgress,

    /// <summary>An update was not begun: the cloud no longer holds what the plan was made against. Properties tell what it holds.</summary>
    Drifted,
}

/// <summary>Reports travel together: one message holds up to a few dozen.</summary>
public sealed record OperationReports
{
    public IReadOnlyList<OperationReport> Reports { get; set; } = [];
}
