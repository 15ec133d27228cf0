using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

internal sealed partial class TimerListener
{
    [LoggerMessage(5301, LogLevel.Error, "Function '{Function}', called by its timer, failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function);
}
