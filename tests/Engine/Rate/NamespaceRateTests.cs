using FsCheck;
using FsCheck.Fluent;
using Formae.Engine.Rate;

namespace Formae.Engine.Tests.Rate;

/// <summary>What a namespace may start, and how a complaint of its cloud slows it down for a while.</summary>
public sealed class NamespaceRateTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Without_a_limit_all_start_at_once_and_nobody_asks_for_a_while()
    {
        var (_, starts) = new NamespaceRate().Take(10_000, limit: 0, Now);

        Assert.Null(starts.Times);
        Assert.Equal(Now + NamespaceRate.FreeFor, starts.AskAgainAt);
    }

    [Fact]
    public void F093_with_5_a_second_20_ready_nodes_start_no_faster_than_5_in_any_second()
    {
        var (_, starts) = new NamespaceRate().Take(20, limit: 5, Now);

        Assert.Equal(20, starts.Times!.Count);
        Assert.All(starts.Times, from => Assert.InRange(starts.Times.Count(start => start >= from && start < from.AddSeconds(1)), 1, 5));
        Assert.Equal(Now.AddMilliseconds(3800) + NamespaceRate.Lead, starts.Times[^1]);
    }

    [Fact]
    public void F211_a_thousand_at_10_a_second_get_their_times_within_100_seconds_by_asking_a_few_times()
    {
        var (rate, now, asked) = (new NamespaceRate(), Now, 0);
        var times = new List<DateTimeOffset>();
        while (times.Count < 1000)
        {
            asked++;
            (rate, var starts) = rate.Take(1000 - times.Count, limit: 10, now);
            times.AddRange(starts.Times!);
            now = starts.AskAgainAt;
        }

        Assert.Equal(Now.AddSeconds(99.9) + NamespaceRate.Lead, times[^1]);
        Assert.InRange(asked, 10, 25);
    }

    [Fact]
    public void What_fits_into_a_second_starts_at_once_and_more_a_moment_later()
    {
        Assert.Equal([Now], new NamespaceRate().Take(1, 10, Now).Starts.Times);
        Assert.Equal(Now, new NamespaceRate().Take(10, 10, Now).Starts.Times![0]);
        Assert.Equal(Now + NamespaceRate.Lead, new NamespaceRate().Take(11, 10, Now).Starts.Times![0]);
    }

    [Fact]
    public void A_new_limit_holds_for_the_next_start()
    {
        var (rate, first) = new NamespaceRate().Take(10, limit: 10, Now);

        var (_, second) = rate.Take(3, limit: 2, Now);

        Assert.Equal([Now.AddSeconds(1), Now.AddSeconds(1.5), Now.AddSeconds(2)], second.Times);
        Assert.Null(rate.Take(3, limit: 0, Now).Starts.Times);
        Assert.Equal(10, first.Times!.Count);
    }

    [Theory]
    [InlineData(1000, 60)]
    [InlineData(1000, 10)]
    [InlineData(45, 20)]
    public void F211_who_asks_again_when_told_to_gets_every_time_that_there_is(int count, double limit)
    {
        var (rate, now) = (new NamespaceRate(), Now);
        var times = new List<DateTimeOffset>();
        while (times.Count < count)
        {
            (rate, var starts) = rate.Take(count - times.Count, limit, now);
            times.AddRange(starts.Times!);
            now = starts.AskAgainAt;
        }

        Assert.Equal(count, times.Distinct().Count());
        Assert.InRange((times[^1] - Now).TotalSeconds, (count - 1) / limit, (count / limit) + NamespaceRate.Lead.TotalSeconds);
    }

    [Fact]
    public void A_complaint_halves_the_rate_once_and_it_comes_back_step_by_step()
    {
        var rate = Throttle(new NamespaceRate(), limit: 10, Now);
        for (var complaint = 1; complaint < 50; complaint++)
            rate = Throttle(rate, limit: 10, Now.AddSeconds(complaint / 20.0));

        Assert.Equal(5, rate.BackOff.CurrentAt(10, Now.AddSeconds(9)));
        Assert.Equal(6, rate.BackOff.CurrentAt(10, Now.AddSeconds(10)));
        Assert.Equal(9, rate.BackOff.CurrentAt(10, Now.AddSeconds(49)));
        Assert.Equal(10, rate.BackOff.CurrentAt(10, Now.AddSeconds(50)));
        Assert.False(rate.BackOff.IsFeltAt(10, Now.AddSeconds(50)));
        Assert.True(rate.BackOff.IsFeltAt(10, Now));
    }

    [Fact]
    public void Complaint_after_complaint_leads_to_the_slowest_rate_and_no_further()
    {
        var rate = new NamespaceRate();
        for (var complaint = 0; complaint < 30; complaint++)
            rate = Throttle(rate, limit: 10, Now + (BackOff.Once * complaint));

        Assert.Equal(BackOff.Slowest, rate.BackOff.CurrentAt(10, Now + (BackOff.Once * 29)));
    }

    [Fact]
    public void A_namespace_without_a_limit_has_one_only_while_it_is_throttled()
    {
        var rate = Throttle(new NamespaceRate(), limit: 0, Now);

        Assert.Equal(BackOff.Assumed / 2, rate.BackOff.CurrentAt(0, Now));
        Assert.NotNull(rate.Take(5, 0, Now).Starts.Times);
        Assert.True(rate.BackOff.IsFeltAt(0, Now));
        Assert.Equal(0, rate.BackOff.CurrentAt(0, Now.AddMinutes(10)));
        Assert.Null(rate.Take(5, 0, Now.AddMinutes(10)).Starts.Times);
        Assert.False(rate.BackOff.IsFeltAt(0, Now.AddMinutes(10)));
    }

    [Fact]
    public void Nothing_starts_before_the_time_that_the_cloud_asked_for()
    {
        var rate = new NamespaceRate().Throttled(limit: 10, Now, TimeSpan.FromSeconds(7), "slow down");

        Assert.Equal(Now.AddSeconds(7), rate.Take(1, 10, Now).Starts.Times![0]);
        Assert.Empty(new NamespaceRate().Throttled(10, Now, TimeSpan.FromSeconds(30), null).Take(1, 10, Now).Starts.Times!);
        Assert.Equal(Now + NamespaceRate.LongestPause, new NamespaceRate().Throttled(10, Now, TimeSpan.FromDays(1), null).Next);
    }

    [Fact]
    public void Whatever_happens_the_rate_stays_between_the_slowest_and_the_limit_and_returns_to_it() => Prop.ForAll(Histories(), history =>
    {
        var (rate, now) = (new NamespaceRate(), Now);
        var limit = 0.0;
        foreach (var (seconds, kind) in history)
        {
            now = now.AddSeconds(seconds);
            limit = kind % 5 * 4;
            var before = rate.BackOff.CurrentAt(limit, now);
            rate = kind % 3 == 0 ? rate.Throttled(limit, now, TimeSpan.FromSeconds(kind % 7), "r") : rate.Take(kind, limit, now).Rate;
            var current = rate.BackOff.CurrentAt(limit, now);
            var full = limit > 0 ? limit : BackOff.Assumed;
            if (current < 0 || current > full || (current > 0 && current < BackOff.Slowest) || (before > 0 && current > before))
                return false;
        }

        return rate.BackOff.CurrentAt(limit, now.AddHours(1)) == limit;
    }).Check(PropertyCases.Of(100));

    [Fact]
    public void Whoever_asks_in_whatever_portions_the_times_ascend_and_keep_the_distance() => Prop.ForAll(Histories(), history =>
    {
        const double limit = 8;
        var (rate, now) = (new NamespaceRate(), Now);
        var times = new List<DateTimeOffset>();
        foreach (var (seconds, count) in history)
        {
            now = now.AddSeconds(seconds);
            (rate, var starts) = rate.Take(count, limit, now);
            if (starts.Times!.Any(time => time < now || time > now + NamespaceRate.Horizon) || (starts.Times!.Count < count && starts.AskAgainAt <= now))
                return false;
            times.AddRange(starts.Times!);
        }

        return times.Zip(times.Skip(1)).All(pair => pair.Second - pair.First >= TimeSpan.FromSeconds(1 / limit));
    }).Check(PropertyCases.Of(100));

    [Fact]
    public void It_survives_storage()
    {
        var rate = Throttle(new NamespaceRate(), limit: 10, Now).Take(3, 10, Now).Rate;

        Assert.Equal(rate, System.Text.Json.JsonSerializer.Deserialize<NamespaceRate>(System.Text.Json.JsonSerializer.Serialize(rate)));
    }

    private static NamespaceRate Throttle(NamespaceRate rate, double limit, DateTimeOffset at) => rate.Throttled(limit, at, retryAfter: null, "Rate exceeded");

    /// <summary>Seconds that pass, and a number that says what happens then.</summary>
    private static Arbitrary<(double Seconds, int Kind)[]> Histories() =>
        (from length in Gen.Choose(1, 40)
         from steps in Gen.Choose(0, 120).Zip(Gen.Choose(0, 60)).ArrayOf(length)
         select steps.Select(step => (step.Item1 / 10.0, step.Item2)).ToArray()).ToArbitrary();
}
