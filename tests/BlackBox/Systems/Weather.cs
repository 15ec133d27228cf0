using Azure.Messaging.ServiceBus;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>What a bus may do to messages: hand them out late, in another order, twice, or again because nobody took them the first time.</summary>
internal sealed class Weather
{
    private const int MostDeliveries = 4;

    private readonly Lock _lock = new();
    private Random? _random;
    private int _underWay;

    /// <summary>What a planted bug does to messages, before everything else: true swallows one.</summary>
    public Func<string, ServiceBusReceivedMessage, bool> Swallows { get; init; } = static (_, _) => false;

    /// <summary>How many messages are being handed out.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    public void Set(int? seed)
    {
        lock (_lock)
            _random = seed is { } given ? new Random(given) : null;
    }

    public async Task PassAsync(string queue, ServiceBusReceivedMessage message, Func<bool, Task> take)
    {
        if (Swallows(queue, message))
            return;
        Interlocked.Increment(ref _underWay);
        try
        {
            await HandOutAsync(message, take);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task HandOutAsync(ServiceBusReceivedMessage message, Func<bool, Task> take)
    {
        var (kind, delay) = Draw();
        if (kind is Kind.Late or Kind.Twice)
            await Task.Delay(delay);
        if (kind is Kind.NotTaken or Kind.Twice && message.DeliveryCount < MostDeliveries)
        {
            if (kind == Kind.Twice)
                await take(false);
            throw new IOException("Whoever had this message did not settle it; it comes again.");
        }

        await take(true);
    }

    private (Kind Kind, TimeSpan Delay) Draw()
    {
        lock (_lock)
        {
            if (_random is null)
                return (Kind.Fine, TimeSpan.Zero);
            var kind = _random.Next(100) switch
            {
                < 20 => Kind.Late,
                < 30 => Kind.Twice,
                < 40 => Kind.NotTaken,
                _ => Kind.Fine,
            };
            return (kind, TimeSpan.FromMilliseconds(_random.Next(60)));
        }
    }

    private enum Kind
    {
        Fine,
        Late,
        Twice,
        NotTaken,
    }
}
