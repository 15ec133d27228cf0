using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>Renews the locks of the messages that handlers are working on. One timer for all, armed only while there is something to renew.</summary>
internal sealed class LockRenewer : IAsyncDisposable
{
    // Renew when this much of the lock is left, or half of it when the lock is shorter than twice that.
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(10);

    private readonly ServiceBusReceiver _receiver;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _longest;
    private readonly Func<ServiceBusReceivedMessage, Exception, Task> _failed;
    private readonly ConcurrentDictionary<ServiceBusReceivedMessage, Renewal> _running = [];
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private DateTimeOffset _armedFor = DateTimeOffset.MaxValue;
    private bool _disposed;

    public LockRenewer(ServiceBusReceiver receiver, TimeProvider clock, TimeSpan longest, Func<ServiceBusReceivedMessage, Exception, Task> failed)
    {
        (_receiver, _clock, _longest, _failed) = (receiver, clock, longest, failed);
        _timer = clock.CreateTimer(_ => Renew(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(ServiceBusReceivedMessage message)
    {
        var now = _clock.GetUtcNow();
        var renewal = new Renewal(DueAfter(now, message.LockedUntil), _longest == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : now + _longest);
        _running[message] = renewal;
        ArmFor(renewal.Due);
    }

    public void Remove(ServiceBusReceivedMessage message) => _running.TryRemove(message, out _);

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _disposed = true;
        await _timer.DisposeAsync();
    }

    private static DateTimeOffset DueAfter(DateTimeOffset now, DateTimeOffset lockedUntil)
    {
        var left = lockedUntil - now;
        return lockedUntil - (left < Reserve * 2 ? left / 2 : Reserve);
    }

    private void ArmFor(DateTimeOffset due)
    {
        lock (_gate)
        {
            if (_disposed || due >= _armedFor)
                return;
            _armedFor = due;
            var wait = due - _clock.GetUtcNow();
            _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void Renew()
    {
        lock (_gate)
            _armedFor = DateTimeOffset.MaxValue;
        var now = _clock.GetUtcNow();
        foreach (var (message, renewal) in _running)
        {
            if (renewal.Due > now)
                ArmFor(renewal.Due);
            else if (renewal.End > now)
                _ = RenewAsync(message, renewal);
        }
    }

    /// <summary>Never throws: a failure is reported, unless the handler has settled the message meanwhile.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Every failure goes to the error handler.")]
    private async Task RenewAsync(ServiceBusReceivedMessage message, Renewal renewal)
    {
        // Not again while this one is under way.
        _running.TryUpdate(message, renewal with { Due = DateTimeOffset.MaxValue }, renewal);
        try
        {
            await _receiver.RenewMessageLockAsync(message);
            var next = renewal with { Due = DueAfter(_clock.GetUtcNow(), message.LockedUntil) };
            if (_running.TryUpdate(message, next, renewal with { Due = DateTimeOffset.MaxValue }))
                ArmFor(next.Due);
        }
        catch (Exception e)
        {
            if (_running.ContainsKey(message) && !message.IsSettled)
                await _failed(message, e);
        }
    }

    private readonly record struct Renewal(DateTimeOffset Due, DateTimeOffset End);
}
