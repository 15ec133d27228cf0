using System.Globalization;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Queries;
using Formae.Messaging;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Bus.DeadLetters;

/// <summary>The dead letters of every queue of this control plane: those of the reports, of the announcements and of each plugin's requests. Looking takes nothing.</summary>
public sealed class DeadLetterBox(ServiceBusClient client, PluginCatalog catalog, MessageReader reader, PayloadStore payloads)
{
    /// <summary>No more of a queue are counted: every message is read whole.</summary>
    public const int MostCounted = 200;

    private const int AtOnce = 50;

    /// <summary>In a fixed order, so that pages follow one another.</summary>
    public async Task<IReadOnlyList<string>> QueuesAsync(CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        return
        [
            BusContract.ReportQueue,
            BusContract.AnnouncementQueue,
            .. catalog.Plugins.Concat(catalog.Refused).Select(plugin => plugin.Announcement.RequestQueue).Where(queue => queue.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>A page of them, queue by queue. It ends behind a queue and a number.</summary>
    /// <param name="queue">Only those of this queue; null for all.</param>
    /// <param name="page">How many, and behind which place (<see cref="IsPlace"/>).</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<Paged<IReadOnlyList<DeadLetter>>> ListAsync(string? queue, Page page, CancellationToken cancellation)
    {
        var limit = page.Limit ?? AtOnce;
        var (startQueue, startAt) = page.After is { } after ? PlaceOf(after) : (null, 0);
        var found = new List<DeadLetter>();
        foreach (var one in (await QueuesAsync(cancellation)).Where(one => queue is null || one == queue).SkipWhile(one => startQueue is not null && one != startQueue))
        {
            await foreach (var letter in WalkAsync(one, one == startQueue ? startAt + 1 : 0, cancellation))
            {
                if (found.Count == limit)
                    return new(found, $"{found[^1].Queue}/{found[^1].SequenceNumber.ToString(CultureInfo.InvariantCulture)}");
                found.Add(await ShowAsync(letter, one, cancellation));
            }
        }

        return new(found, null);
    }

    /// <summary>Whether a text can be a place in the list.</summary>
    public static bool IsPlace(string text) => text.LastIndexOf('/') is > 0 and var slash && long.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>One of them; null when it is not there.</summary>
    public async Task<DeadLetter?> FindAsync(string queue, long sequence, CancellationToken cancellation) =>
        await PeekAsync(queue, sequence, cancellation) is { } letter ? await ShowAsync(letter, queue, cancellation) : null;

    /// <summary>Reason → how many.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CountAsync(CancellationToken cancellation)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var queue in await QueuesAsync(cancellation))
        {
            var left = MostCounted;
            await foreach (var letter in WalkAsync(queue, 0, cancellation))
            {
                var reason = ReasonOf(letter);
                counts[reason] = counts.GetValueOrDefault(reason) + 1;
                if (--left == 0)
                    break;
            }
        }

        return counts;
    }

    /// <summary>As people see it.</summary>
    internal async Task<DeadLetter> ShowAsync(ServiceBusReceivedMessage letter, string queue, CancellationToken cancellation)
    {
        var isGenuine = reader.IsGenuine(letter, queue);
        return new DeadLetter
        {
            Queue = queue,
            SequenceNumber = letter.SequenceNumber,
            Reason = ReasonOf(letter),
            Description = letter.DeadLetterErrorDescription,
            EnqueuedAt = letter.EnqueuedTime,
            Subject = letter.Subject,
            MessageId = letter.MessageId,
            OperationId = letter.CorrelationId,
            Size = letter.Body.ToMemory().Length,
            DeliveryCount = letter.DeliveryCount,
            Summary = (await LetterBody.ReadAsync(letter, payloads, opensClaim: false, cancellation)).Summary,
            IsGenuine = isGenuine,
        };
    }

    internal async Task<ServiceBusReceivedMessage?> PeekAsync(string queue, long sequence, CancellationToken cancellation)
    {
        if (!(await QueuesAsync(cancellation)).Contains(queue))
            return null;
        await using var receiver = ReceiverOf(queue);
        return await PeekAsync(receiver, 1, sequence, cancellation) is [var letter] && letter.SequenceNumber == sequence ? letter : null;
    }

    internal ServiceBusReceiver ReceiverOf(string queue) => client.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });

    private async IAsyncEnumerable<ServiceBusReceivedMessage> WalkAsync(string queue, long from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var receiver = ReceiverOf(queue);
        while (true)
        {
            // Fewer than were asked for does not mean that there are no more; none does.
            var letters = await PeekAsync(receiver, AtOnce, from, cancellation);
            if (letters.Count == 0)
                yield break;
            foreach (var letter in letters)
                yield return letter;
            from = letters[^1].SequenceNumber + 1;
        }
    }

    /// <summary>The catalog knows plugins for longer than their queues may be there.</summary>
    private static async Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(ServiceBusReceiver receiver, int most, long from, CancellationToken cancellation)
    {
        try
        {
            return await receiver.PeekMessagesAsync(most, from, cancellation);
        }
        catch (ServiceBusException e) when (e.Reason == ServiceBusFailureReason.MessagingEntityNotFound)
        {
            return [];
        }
    }

    private static string ReasonOf(ServiceBusReceivedMessage letter) => letter.DeadLetterReason is { Length: > 0 } reason ? reason : "Unknown";

    private static (string? Queue, long Sequence) PlaceOf(string place) => (place[..place.LastIndexOf('/')], long.Parse(place.AsSpan(place.LastIndexOf('/') + 1), CultureInfo.InvariantCulture));
}
