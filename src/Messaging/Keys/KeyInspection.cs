using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Messaging.Keys;

/// <summary>Looks at the keys when an app starts: without any it does not start, and what is unwise is said once.</summary>
internal sealed partial class KeyInspection(MessageKeys keys, ILogger<KeyInspection> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (keys.Signing is not { } signing)
            LogUnsigned();
        else
            LogSigning(signing.Id, keys.Ids.Count);
        if (keys is FileKeys { IsOpenToOthers: true })
            LogOpen();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 4520, Level = LogLevel.Information, Message = "Messages are signed with the key {KeyId}; keys that verify: {Count}")]
    private partial void LogSigning(string keyId, int count);

    [LoggerMessage(EventId = 4521, Level = LogLevel.Warning, Message = "Messages are NOT signed, since the bus is an emulator and there are no keys (FormaeMessageKeys, FormaeMessageKeyFile): whoever reaches the bus commands the plugins")]
    private partial void LogUnsigned();

    [LoggerMessage(EventId = 4522, Level = LogLevel.Warning, Message = "Others than its owner can read the file of keys that FormaeMessageKeyFile names: make it 0600")]
    private partial void LogOpen();
}
