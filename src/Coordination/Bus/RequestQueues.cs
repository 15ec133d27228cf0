using Azure.Messaging.ServiceBus;

namespace Formae.Coordination.Bus;

/// <summary>What waits for a plugin, as far as a look without taking anything tells.</summary>
public sealed class RequestQueues(ServiceBusClient client)
{
    /// <summary>No more is looked at: every message is read whole.</summary>
    public const int MostSeen = 100;

    /// <returns>How many requests are due and not done, up to <see cref="MostSeen"/>, and since when the first of them is there.</returns>
    public async Task<(int Depth, DateTimeOffset? Oldest)> LookAsync(string queue, CancellationToken cancellation)
    {
        await using var receiver = client.CreateReceiver(queue);
        var seen = (await receiver.PeekMessagesAsync(MostSeen, fromSequenceNumber: null, cancellation)).Where(message => message.State == ServiceBusMessageState.Active).ToList();
        return (seen.Count, seen.Count == 0 ? null : seen.Min(message => message.EnqueuedTime));
    }
}
