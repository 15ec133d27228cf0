using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions;

public sealed partial class OperationFunction
{
    [LoggerMessage(6010, LogLevel.Error, "Message {MessageId} goes to the dead letters: {Reason}")]
    private partial void LogDeadLettered(string messageId, string reason);
}
