using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

internal sealed partial class HttpEndpoint
{
    [LoggerMessage(4101, LogLevel.Error, "Function '{Function}' failed (invocation {Invocation}).")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function, string invocation);

    [LoggerMessage(4102, LogLevel.Debug, "The caller of function '{Function}' has gone.")]
    private static partial void LogAborted(ILogger logger, string function);

    [LoggerMessage(4103, LogLevel.Information, "Function '{Function}' refused a request: {Reason}")]
    private static partial void LogRefused(ILogger logger, string function, string reason);
}
