using System.Globalization;

namespace Formae.Embedded.Functions.Tests;

public sealed class CrontabTests
{
    [Theory]
    [InlineData("* * * * * *", "2026-03-01T10:00:00", "2026-03-01T10:00:01")]
    [InlineData("0 * * * * *", "2026-03-01T10:00:00", "2026-03-01T10:01:00")]
    [InlineData("0 */5 * * * *", "2026-03-01T10:04:59", "2026-03-01T10:05:00")]
    [InlineData("0 */5 * * * *", "2026-03-01T10:55:00", "2026-03-01T11:00:00")]
    [InlineData("*/20 * * * * *", "2026-03-01T10:00:41", "2026-03-01T10:01:00")]
    [InlineData("5/20 * * * * *", "2026-03-01T10:00:06", "2026-03-01T10:00:25")]
    [InlineData("0 0 * * * *", "2026-03-01T23:30:00", "2026-03-02T00:00:00")]
    [InlineData("0 0 9-17 * * *", "2026-03-01T17:00:00", "2026-03-02T09:00:00")]
    [InlineData("0 0 9-17/4 * * *", "2026-03-01T09:00:00", "2026-03-01T13:00:00")]
    [InlineData("0 30 9 * * Mon-Fri", "2026-02-27T09:30:00", "2026-03-02T09:30:00")]
    [InlineData("0 30 9 * * 1,3,5", "2026-03-02T10:00:00", "2026-03-04T09:30:00")]
    [InlineData("0 30 9 * * Sunday", "2026-03-02T10:00:00", "2026-03-08T09:30:00")]
    [InlineData("0 0 0 1 * *", "2026-12-01T00:00:00", "2027-01-01T00:00:00")]
    [InlineData("0 0 0 31 * *", "2026-04-01T00:00:00", "2026-05-31T00:00:00")]
    [InlineData("0 0 0 29 2 *", "2026-03-01T00:00:00", "2028-02-29T00:00:00")]
    [InlineData("0 0 0 1 jan,JUL *", "2026-03-01T00:00:00", "2026-07-01T00:00:00")]
    [InlineData("0 0 0 1 January *", "2026-03-01T00:00:00", "2027-01-01T00:00:00")]
    [InlineData("0 0 0 13 * Fri", "2026-03-14T00:00:00", "2026-11-13T00:00:00")]
    [InlineData("10,50 59 23 31 12 *", "2026-12-31T23:59:10", "2026-12-31T23:59:50")]
    [InlineData("10,50 59 23 31 12 *", "2026-12-31T23:59:50", "2027-12-31T23:59:10")]
    [InlineData("*/5 * * * *", "2026-03-01T10:01:00", "2026-03-01T10:05:00")]
    [InlineData("00:05:00", "2026-03-01T10:01:02", "2026-03-01T10:06:02")]
    [InlineData("1.00:00:00", "2026-03-01T10:01:02", "2026-03-02T10:01:02")]
    public void A_schedule_finds_the_next_time(string text, string now, string next) =>
        Assert.Equal(Utc(next), Schedule.Parse(text).After(Utc(now)));

    [Fact]
    public void Fractions_of_a_second_do_not_call_twice() =>
        Assert.Equal(Utc("2026-03-01T10:00:01"), Schedule.Parse("* * * * * *").After(Utc("2026-03-01T10:00:00").AddMilliseconds(2)));

    [Fact]
    public void A_day_that_never_comes_has_no_next_time() => Assert.Null(Schedule.Parse("0 0 0 30 2 *").After(Utc("2026-03-01T00:00:00")));

    [Fact]
    public void Over_a_change_of_clocks_nothing_is_left_out_or_doubled()
    {
        var schedule = Schedule.Parse("0 30 * * * *");
        var time = Utc("2026-03-29T00:00:00");
        for (var hour = 0; hour < 24; hour++)
        {
            time = schedule.After(time)!.Value;
            Assert.Equal(Utc("2026-03-29T00:30:00").AddHours(hour), time);
        }
    }

    [Theory]
    [InlineData("", "0 fields")]
    [InlineData("* * * *", "4 fields")]
    [InlineData("* * * * * * *", "7 fields")]
    [InlineData("60 * * * * *", "second '60': '60' is not one of 0 to 59")]
    [InlineData("* * 24 * * *", "hour '24'")]
    [InlineData("* * * 0 * *", "day '0'")]
    [InlineData("* * * * 13 *", "month '13'")]
    [InlineData("* * * * * 7", "weekday '7'")]
    [InlineData("* * * * Janissary *", "month 'Janissary'")]
    [InlineData("5-1 * * * * *", "runs backwards")]
    [InlineData("1-2-3 * * * * *", "is no range")]
    [InlineData("*/0 * * * * *", "no whole, positive step")]
    [InlineData("*/x * * * * *", "no whole, positive step")]
    [InlineData("1,,2 * * * * *", "'' is not one of")]
    [InlineData("-1 * * * * *", "'' is not one of")]
    [InlineData("00:00:00", "is not positive")]
    public void A_wrong_schedule_is_refused_with_what_is_wrong(string text, string finding) =>
        Assert.Contains(finding, Assert.Throws<FormatException>(() => Schedule.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_next_time_agrees_with_looking_at_every_second()
    {
        var random = new Random(20260301);
        for (var round = 0; round < 60; round++)
        {
            var (second, minute, hour) = (random.Next(60), random.Next(60), random.Next(24));
            var schedule = Schedule.Parse($"{second},{random.Next(60)} {minute}-59/{random.Next(1, 20)} {hour},{random.Next(24)} * * *");
            var fields = new Func<DateTime, bool>(time => schedule.After(time.AddSeconds(-1)) == time);
            var start = Utc("2026-03-01T00:00:00").AddSeconds(random.Next(86400));
            var next = schedule.After(start)!.Value;
            Assert.True(fields(next));
            for (var time = start.AddSeconds(1); time < next && time < start.AddHours(3); time = time.AddSeconds(7))
                Assert.False(fields(time), $"{time:o} lies before {next:o}");
        }
    }

    private static DateTime Utc(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
