using Formae.Embedded.DurableTask.Messages;
using Microsoft.DurableTask;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>Meets events with those who wait for them. Names without regard to case; early events wait in order; the latest waiter is served first.</summary>
internal sealed class ExternalEvents(DataConverter converter, OrchestratorThread thread)
{
    private readonly Dictionary<string, Queue<InstanceEvent.Raised>> _early = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<Waiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);

    public Task<T> Wait<T>(string name, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        if (_early.TryGetValue(name, out var early) && early.TryDequeue(out var arrived))
        {
            if (early.Count == 0)
                _early.Remove(name);
            return Task.FromResult(converter.Deserialize<T>(arrived.Input)!);
        }

        if (!_waiters.TryGetValue(name, out var waiters))
            _waiters.Add(name, waiters = []);
        if (waiters.Count > 0 && waiters[^1].Type != typeof(T))
            throw new ArgumentException($"Events named '{name}' are already awaited as {waiters[^1].Type}, not as {typeof(T)}: one name, one type.", nameof(name));
        var waiter = new Waiter<T>(converter);
        waiters.Add(waiter);
        if (cancellationToken.CanBeCanceled)
            waiter.Registration = cancellationToken.UnsafeRegister(_ => Cancel(name, waiter, cancellationToken), null);
        return waiter.Task;
    }

    public void Arrive(InstanceEvent.Raised raised)
    {
        if (_waiters.TryGetValue(raised.Name, out var waiters))
        {
            var waiter = waiters[^1];
            Remove(raised.Name, waiters, waiter);
            waiter.Complete(raised.Input);
            return;
        }

        if (!_early.TryGetValue(raised.Name, out var early))
            _early.Add(raised.Name, early = new Queue<InstanceEvent.Raised>());
        early.Enqueue(raised);
    }

    /// <summary>The events nobody took, in the order they came.</summary>
    public IReadOnlyList<InstanceEvent.Raised> Unprocessed() => _early.Count == 0 ? [] : [.. _early.Values.SelectMany(queue => queue).OrderBy(raised => raised.Order)];

    private void Cancel<T>(string name, Waiter<T> waiter, CancellationToken cancellationToken)
    {
        if (!thread.IsHere())
            return;
        if (_waiters.TryGetValue(name, out var waiters))
            Remove(name, waiters, waiter);
        waiter.Cancel(cancellationToken);
    }

    private void Remove(string name, List<Waiter> waiters, Waiter waiter)
    {
        waiters.RemoveAt(waiters.LastIndexOf(waiter));
        if (waiters.Count == 0)
            _waiters.Remove(name);
    }

    private abstract class Waiter
    {
        public abstract Type Type { get; }

        public CancellationTokenRegistration Registration { get; set; }

        public abstract void Complete(string? input);
    }

    private sealed class Waiter<T>(DataConverter converter) : Waiter
    {
        private readonly TaskCompletionSource<T> _source = new();

        public override Type Type => typeof(T);

        public Task<T> Task => _source.Task;

        public override void Complete(string? input)
        {
            Registration.Unregister();
            T? value;
            try
            {
                value = converter.Deserialize<T>(input);
            }
            catch (Exception e)
            {
                // The orchestrator awaits this value, so that it is the one to be told that the payload is not a T.
                _source.TrySetException(e);
                return;
            }

            _source.TrySetResult(value!);
        }

        public void Cancel(CancellationToken cancellationToken) => _source.TrySetCanceled(cancellationToken);
    }
}
