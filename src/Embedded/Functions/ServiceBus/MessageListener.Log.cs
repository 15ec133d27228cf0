using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

internal sealed partial class MessageListener
{
    [LoggerMessage(5201, LogLevel.Error, "Function '{Function}' failed on a message of {Entity}; unless it was settled it comes again.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function, string entity);

    [LoggerMessage(5202, LogLevel.Warning, "Function '{Function}' and its bus entity {Entity}: {Source} failed.")]
    private static partial void LogBus(ILogger logger, Exception exception, string function, string entity, ServiceBusErrorSource source);
}
