using Formae.Engine.Rate;

namespace Formae.Engine.Tests.Rate;

public sealed class GcraTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_first_starts_at_once_and_the_rest_evenly()
    {
        var (_, starts) = Take(default, 20, perSecond: 10, Now);

        Assert.Equal(Enumerable.Range(0, 20).Select(number => Now.AddMilliseconds(number * 100)), starts);
    }

    [Fact]
    public void A_second_caller_queues_behind_the_first()
    {
        var (next, first) = Take(default, 20, 10, Now);

        var (_, second) = Take(next, 1, 10, Now);

        Assert.True(second[0] > first[^1]);
    }

    [Fact]
    public void A_pause_is_not_saved_up()
    {
        var (next, _) = Take(default, 20, 10, Now);

        var later = Now.AddSeconds(10);
        Assert.Equal([later, later.AddSeconds(0.1)], Take(next, 2, 10, later).Starts);
    }

    [Fact]
    public void What_would_start_after_the_horizon_gets_no_time_and_takes_none()
    {
        var (next, starts) = default(Gcra).Take(100, 10, Now, until: Now.AddSeconds(2));

        Assert.Equal(21, starts.Length);
        Assert.Empty(next.Take(5, 10, Now, Now.AddSeconds(2)).Starts);
        Assert.Equal(Now.AddSeconds(2.1), next.Take(5, 10, Now.AddSeconds(1), Now.AddSeconds(3)).Starts[0]);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(250)]
    public void Within_any_second_no_more_starts_than_the_limit(double perSecond)
    {
        var gcra = default(Gcra);
        var starts = new List<DateTimeOffset>();
        for (var asked = 0; asked < 20; asked++)
        {
            (gcra, var more) = Take(gcra, 1 + (int)perSecond, perSecond, Now.AddSeconds(asked * 0.37));
            starts.AddRange(more);
        }

        for (var first = 0; first < starts.Count; first++)
            Assert.True(starts.Count(start => start >= starts[first] && start < starts[first].AddSeconds(1)) <= Math.Max(1, perSecond));
        Assert.Equal(starts.Order(), starts);
    }

    private static (Gcra Next, DateTimeOffset[] Starts) Take(Gcra gcra, int count, double perSecond, DateTimeOffset now) => gcra.Take(count, perSecond, now, DateTimeOffset.MaxValue);
}
