using Formae.Messaging.Payloads;
using Microsoft.Extensions.Logging;

namespace Formae.Coordination.Bus;

/// <summary>
/// Removes what was left for messages and for values of references, and that nobody took away: of messages that were dropped, sent twice or never settled. What is needed
/// again and again, like a large announcement, is left again with every beat, and so never old.
/// </summary>
public sealed partial class MessagePayloadSweep(PayloadStore payloads, TimeProvider time, ILogger<MessagePayloadSweep> logger)
{
    /// <summary>Longer than any message is valid and any operation goes on, with time to look at dead letters; after it a dead letter cannot be sent again.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    /// <summary>Answers how many it removed.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var removed = await payloads.DeleteOlderAsync(PayloadStore.Messages, time.GetUtcNow() - Kept, cancellation);
        if (removed > 0)
            LogRemoved(removed);
        return removed;
    }

    [LoggerMessage(EventId = 1813, Level = LogLevel.Information, Message = "Removed {Count} payloads of messages that nobody has taken away")]
    private partial void LogRemoved(int count);
}
