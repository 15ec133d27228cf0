using Azure.Messaging.ServiceBus;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Stands between the bus and the plugin: lets so many requests through and holds the others, or loses them on their way.</summary>
internal sealed class Turnstile
{
    private readonly Lock _lock = new();
    private readonly List<(int After, TaskCompletionSource Open)> _holds = [];
    private readonly List<Func<string, bool>> _losses = [];
    private readonly List<Func<string, bool>> _crashes = [];
    private int _requests;
    private int _lost;

    public int Requests => Volatile.Read(ref _requests);

    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Requests after this many wait until it is disposed.</summary>
    public IDisposable HoldAfter(int requests)
    {
        var hold = (After: requests, Open: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
            _holds.Add(hold);
        return new Release(hold.Open);
    }

    /// <summary>The next message of a queue gets lost; nobody hears of it.</summary>
    public void LoseNext(bool report) => Add(_losses, report);

    /// <summary>Whoever takes the next message of a queue dies when the work is done: it comes again.</summary>
    public void CrashNext(bool report) => Add(_crashes, report);

    public async Task PassAsync(string queue, ServiceBusReceivedMessage message, Func<bool, Task> take)
    {
        var isReport = queue == BusContract.ReportQueue;
        if (!isReport)
        {
            var number = Interlocked.Increment(ref _requests);
            Task[] holds;
            lock (_lock)
                holds = [.. _holds.Where(hold => number > hold.After).Select(hold => hold.Open.Task)];
            await Task.WhenAll(holds);
        }

        if (Take(_losses, queue))
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        if (Take(_crashes, queue))
        {
            await take(false);
            throw new IOException("The process died.");
        }

        await take(true);
    }

    private void Add(List<Func<string, bool>> list, bool report)
    {
        lock (_lock)
            list.Add(queue => queue == BusContract.ReportQueue == report);
    }

    private bool Take(List<Func<string, bool>> list, string queue)
    {
        lock (_lock)
        {
            var at = list.FindIndex(matches => matches(queue));
            if (at >= 0)
                list.RemoveAt(at);
            return at >= 0;
        }
    }

    private sealed class Release(TaskCompletionSource open) : IDisposable
    {
        public void Dispose() => open.TrySetResult();
    }
}
