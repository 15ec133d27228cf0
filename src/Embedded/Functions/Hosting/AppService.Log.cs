using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

internal sealed partial class AppService
{
    [LoggerMessage(5001, LogLevel.Information, "Serving at {Urls}.")]
    private static partial void LogServing(ILogger logger, string urls);

    [LoggerMessage(5002, LogLevel.Warning, "Functions still run at the end of the time for stopping; they are cancelled.")]
    private static partial void LogDrainEnded(ILogger logger);
}
