using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Commands;

public sealed partial class CommandLifecycle
{
    [LoggerMessage(EventId = 1101, Level = LogLevel.Information, Message = "Command {CommandId} ended: {State}, {Succeeded} of {Updates} updates succeeded, {Seconds:F1} s")]
    private partial void LogEnded(string commandId, string state, int succeeded, int updates, double seconds);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Warning, Message = "The walk of command {CommandId} broke: {Error}")]
    private partial void LogBroke(string commandId, string error);
}
