using Microsoft.Extensions.Logging;

namespace Formae.Sdk.Functions;

public sealed partial class Announcer
{
    [LoggerMessage(6001, LogLevel.Information, "Plugin {Name} {Version} serves {Namespace} with {Count} types from queue {Queue}")]
    private partial void LogStarting(string name, string version, string @namespace, int count, string queue);

    [LoggerMessage(6002, LogLevel.Warning, "The announcement could not be sent; the next beat sends it again")]
    private partial void LogNotAnnounced(Exception exception);

    [LoggerMessage(6003, LogLevel.Warning, "The ring of keys has none to seal with yet, or cannot be read; operations without secrets are served")]
    private partial void LogNoKeyYet(Exception exception);
}
