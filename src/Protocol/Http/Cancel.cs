namespace Formae.Protocol.Http;

/// <summary>The answer to a cancel: which commands it reached, and how their updates stood then. How they end, the commands' status tells.</summary>
public sealed record CancelCommandResponse
{
    public IReadOnlyList<string> CommandIds { get; init; } = [];

    /// <summary>Canceled by force: the commands are over. Otherwise what runs comes to its end first.</summary>
    public bool? Forced { get; init; }

    /// <summary>By <c>formae://KSUID#</c>. Of the two halves of a replace, the one that is not done.</summary>
    public IReadOnlyDictionary<string, CanceledUpdate>? ResourceUpdateStates { get; init; }
}

public sealed record CanceledUpdate
{
    /// <summary><c>Canceled</c>, <c>InProgress</c> (it comes to its end), <c>Success</c> or <c>Failed</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Canceled by force, maybe in the middle of its work.</summary>
    public bool? ForceCanceled { get; init; }

    public string? CommandId { get; init; }
}

/// <summary>What stands in <see cref="ErrorResponse.Data"/> of <see cref="ErrorCodes.CancelFailed"/>.</summary>
public sealed record CancelFailure
{
    /// <summary>Commands that were canceled nevertheless.</summary>
    public IReadOnlyList<string> CommandIds { get; init; } = [];

    /// <summary>By id, why the others were not: they go on.</summary>
    public IReadOnlyDictionary<string, string> Failures { get; init; } = new Dictionary<string, string>();
}
