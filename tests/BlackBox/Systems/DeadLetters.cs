using Azure.Messaging.ServiceBus;
using Formae.BlackBox.Tests.Scripts;
using Formae.Protocol.Bus;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>The poison that was sent to a bus, and whether it, and nothing else, lies among the dead letters.</summary>
internal sealed class DeadLetters
{
    private const int Most = 1000;

    private static readonly Dictionary<PoisonedQueue, string> Queues = new()
    {
        [PoisonedQueue.Requests] = "formae-requests-fakeaws",
        [PoisonedQueue.Reports] = BusContract.ReportQueue,
        [PoisonedQueue.Announcements] = BusContract.AnnouncementQueue,
    };

    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);

    public async Task PoisonAsync(ServiceBusClient bus, PoisonedQueue queue)
    {
        var id = $"poison-{Guid.NewGuid():N}";
        await using var sender = bus.CreateSender(Queues[queue]);
        await sender.SendMessageAsync(new ServiceBusMessage("{ this is no message of ours") { MessageId = id, Subject = "poison" });
        _sent.Add(id);
    }

    public async Task<IReadOnlyList<string>> WrongAsync(ServiceBusClient bus)
    {
        var wrong = new List<string>();
        var missing = _sent.ToHashSet(StringComparer.Ordinal);
        foreach (var queue in Queues.Values)
        {
            await using var dead = bus.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
            wrong.AddRange((await dead.PeekMessagesAsync(Most)).Where(message => !missing.Remove(message.MessageId))
                .Select(message => $"a dead letter in {queue}: {message.MessageId} {message.DeadLetterReason} {message.DeadLetterErrorDescription}"));
        }

        return [.. wrong, .. missing.Select(id => $"{id} is not among the dead letters")];
    }
}
