using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

internal sealed partial class HttpEndpoint
{
    [LoggerMessage(5101, LogLevel.Error, "Function '{Function}' failed (invocation {Invocation}).")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function, string invocation);

    [LoggerMessage(5102, LogLevel.Debug, "The caller of function '{Function}' has gone.")]
    private static partial void LogAborted(ILogger logger, string function);

    [LoggerMessage(5103, LogLevel.Information, "Function '{Function}' refused a request: {Reason}")]
    private static partial void LogRefused(ILogger logger, string function, string reason);
}
