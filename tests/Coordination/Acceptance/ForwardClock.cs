namespace Formae.Coordination.Tests.Acceptance;

/// <summary>The present, put forward.</summary>
internal sealed class ForwardClock : TimeProvider
{
    private long _ticks;

    public void Forward(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ticks));
}
