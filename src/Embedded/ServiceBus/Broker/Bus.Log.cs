using Microsoft.Extensions.Logging;

namespace Formae.Embedded.ServiceBus;

internal sealed partial class Bus
{
    [LoggerMessage(4001, LogLevel.Error, "A commit failed; its sends are refused and its settlements undone.")]
    private partial void LogCommitFailed(Exception e);

    [LoggerMessage(4002, LogLevel.Warning, "A message of {Queue} went to its dead-letter queue: number {SequenceNumber}, {Reason}.")]
    private partial void LogDeadLettered(string queue, long sequenceNumber, string reason);

    [LoggerMessage(4003, LogLevel.Error, "What was due could not be done; it is tried again.")]
    private partial void LogClockFailed(Exception e);

    [LoggerMessage(4004, LogLevel.Error, "An operation failed after its commit.")]
    private partial void LogOutcomeFailed(Exception e);
}
