using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions;

internal sealed partial class Announcer
{
    [LoggerMessage(7100, LogLevel.Information, "Plugin {Name} {Version} serves {Namespace} with {Count} types from queue {Queue}")]
    private partial void LogStarting(string name, string version, string @namespace, int count, string queue);

    [LoggerMessage(7101, LogLevel.Warning, "The announcement could not be sent; the next beat sends it again")]
    private partial void LogNotAnnounced(Exception exception);

    [LoggerMessage(7102, LogLevel.Warning, "The announcement has {Bytes} bytes, which is more than one message holds: it goes without JSON schemas")]
    private partial void LogWithoutJsonSchemas(int bytes);
}
