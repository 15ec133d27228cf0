using Formae.Protocol.Http;

namespace Formae.Coordination.Commands;

/// <summary>Which commands are to be canceled, and how.</summary>
/// <param name="Query">Which of those that run; null or empty for the last one that the caller gave.</param>
/// <param name="Force">Whether not to wait for what runs.</param>
/// <param name="ClientId">The caller.</param>
public sealed record CancelRequest(string? Query, bool Force, string ClientId);

public abstract record CancelOutcome
{
    private CancelOutcome()
    {
    }

    public sealed record Accepted(CancelCommandResponse Response) : CancelOutcome;

    public sealed record Refused(ErrorResponse Error) : CancelOutcome;
}
