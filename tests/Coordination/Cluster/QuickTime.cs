namespace Formae.Coordination.Tests.Cluster;

/// <summary>A clock that runs many times as fast, timers included: what comes to pass every half a minute does so in a moment.</summary>
internal sealed class QuickTime(int times) : TimeProvider
{
    private readonly DateTimeOffset _start = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => _start + ((System.GetUtcNow() - _start) * times);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Quick(System.CreateTimer(callback, state, Less(dueTime), Less(period)), this);

    private TimeSpan Less(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / times;

    private sealed class Quick(ITimer timer, QuickTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(time.Less(dueTime), time.Less(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
