using Azure;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A place in the sequence of writes at which the coordinator dies: what was written is written, and nothing it does afterwards has an effect.</summary>
/// <param name="Table">The table.</param>
/// <param name="Write">Which of its writes, from 1.</param>
public sealed record CrashPoint(string Table, int Write)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private readonly TaskCompletionSource _cutOff = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed when the coordinator is as good as dead.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Nobody hears any more of what the dead one still waits for. The coordinator that starts now lives.</summary>
    public void CutOff() => _cutOff.SetResult();

    internal ITableTransport Stand(ITableTransport inner) => new Transport(inner, this, _cutOff.Task.IsCompleted);

    private sealed class Transport(ITableTransport inner, CrashPoint point, bool lives) : DelegatingTransport(inner)
    {
        protected override async Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
        {
            if (lives)
                return await request();
            if (point.Reached.IsCompleted)
                await NeverAsync();
            var done = await request();
            if (!isWrite || table != point.Table || Interlocked.Increment(ref point._count) != point.Write)
                return done;
            point._reached.SetResult();
            await NeverAsync();
            return done;
        }

        private async Task NeverAsync()
        {
            await point._cutOff.Task;
            throw new RequestFailedException("The coordinator is dead.");
        }
    }
}
