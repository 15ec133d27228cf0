using Microsoft.Extensions.Logging;

namespace Formae.Embedded.ServiceBus;

internal sealed partial class Broker
{
    [LoggerMessage(4020, LogLevel.Information, "The Service Bus broker listens on 127.0.0.1:{Port}, its data is in {Directory}.")]
    private partial void LogStarted(int port, string directory);

    [LoggerMessage(4021, LogLevel.Information, "The Service Bus broker on port {Port} has stopped.")]
    private partial void LogStopped(int port);

    [LoggerMessage(4022, LogLevel.Error, "The broker could not accept a connection.")]
    private partial void LogAcceptFailed(Exception e);
}
