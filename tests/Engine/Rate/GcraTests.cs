using Formae.Engine.Rate;

namespace Formae.Engine.Tests.Rate;

public sealed class GcraTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_quiet_limit_lets_one_second_s_worth_start_at_once_and_spaces_the_rest()
    {
        var (_, starts) = default(Gcra).Take(20, perSecond: 10, Now);

        Assert.Equal(10, starts.Count(start => start == Now));
        Assert.Equal(Now.AddSeconds(0.1), starts[10]);
        Assert.Equal(Now.AddSeconds(1), starts[19]);
    }

    [Fact]
    public void A_second_caller_queues_behind_the_first()
    {
        var (next, first) = default(Gcra).Take(20, 10, Now);

        var (_, second) = next.Take(1, 10, Now);

        Assert.True(second[0] > first[^1]);
    }

    [Fact]
    public void After_a_pause_the_burst_is_there_again()
    {
        var (next, _) = default(Gcra).Take(20, 10, Now);

        var later = Now.AddSeconds(10);
        Assert.All(next.Take(10, 10, later).Starts, start => Assert.Equal(later, start));
    }

    [Fact]
    public void No_limit_is_no_limit() => Assert.All(default(Gcra).Take(1000, 0, Now).Starts, start => Assert.Equal(Now, start));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(250)]
    public void Never_more_than_twice_the_limit_starts_within_any_second(int perSecond)
    {
        var (_, starts) = default(Gcra).Take(perSecond * 5, perSecond, Now);

        for (var from = Now; from < starts[^1]; from += TimeSpan.FromMilliseconds(100))
            Assert.True(starts.Count(start => start >= from && start < from.AddSeconds(1)) <= (perSecond * 2) + 1);
        Assert.Equal(starts.Order(), starts);
    }
}
