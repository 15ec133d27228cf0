using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

internal sealed partial class BatchListener
{
    [LoggerMessage(5211, LogLevel.Error, "Function '{Function}' failed on {Count} messages of {Entity}; those it has not settled come again.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function, int count, string entity);

    [LoggerMessage(5212, LogLevel.Warning, "Function '{Function}' cannot receive from {Entity}; it tries again.")]
    private static partial void LogReceiveFailed(ILogger logger, Exception exception, string function, string entity);

    [LoggerMessage(5213, LogLevel.Warning, "Not all messages of a batch of '{Function}' from {Entity} could be settled; those come again.")]
    private static partial void LogSettleFailed(ILogger logger, Exception exception, string function, string entity);
}
