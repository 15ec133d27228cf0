using Azure.Messaging.ServiceBus;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>What a bus may do to messages: hand them out late, in another order, twice, or again because nobody took them the first time.</summary>
internal sealed class Weather
{
    private readonly Lock _lock = new();
    private Random? _random;

    /// <summary>What a planted bug does to messages, before everything else: true swallows one.</summary>
    public Func<string, ServiceBusReceivedMessage, bool> Swallows { get; init; } = static (_, _) => false;

    public void Set(int? seed)
    {
        lock (_lock)
            _random = seed is { } given ? new Random(given) : null;
    }

    public async Task PassAsync(string queue, ServiceBusReceivedMessage message, Func<Task> take)
    {
        if (Swallows(queue, message))
            return;
        var (kind, delay) = Draw();
        if (kind == Kind.Late)
            await Task.Delay(delay);
        if (kind == Kind.NotTaken && message.DeliveryCount < 3)
            throw new IOException("Nobody took this message; it comes again.");
        await take();
        if (kind != Kind.Twice)
            return;
        await Task.Delay(delay);
        await take();
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
