using Microsoft.Extensions.Logging;

namespace Formae.Embedded.ServiceBus;

internal sealed partial class BrokerConnection
{
    [LoggerMessage(4010, LogLevel.Warning, "A connection was closed because it does not speak the bus's protocol: {Finding}")]
    private partial void LogGarbage(string finding);

    [LoggerMessage(4011, LogLevel.Warning, "A connection was refused: it does not know the key.")]
    private partial void LogWrongKey();

    [LoggerMessage(4012, LogLevel.Error, "A connection was closed by a failure of the broker.")]
    private partial void LogFailed(Exception e);
}
