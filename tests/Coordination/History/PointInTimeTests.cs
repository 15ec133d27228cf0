using Formae.Coordination.History;

namespace Formae.Coordination.Tests.History;

public sealed class PointInTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("90s", "2026-11-21T11:58:30Z")]
    [InlineData("15m", "2026-11-21T11:45:00Z")]
    [InlineData("2h", "2026-11-21T10:00:00Z")]
    [InlineData("7d", "2026-11-14T12:00:00Z")]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T12:00:00.5+02:00", "2026-01-31T10:00:00.5Z")]
    public void A_time_is_absolute_or_how_long_ago(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), Assert.IsType<PointInTime.At>(PointInTime.Parse(text, Now)).Time);

    [Fact]
    public void A_ksuid_is_a_command() => Assert.IsType<PointInTime.AfterCommand>(PointInTime.Parse("2aaaaaaaaaaaaaaaaaaaaaaaaa1", Now));

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("2")]
    [InlineData("-2h")]
    [InlineData("2 h")]
    [InlineData("999999999d")]
    [InlineData("yesterday")]
    [InlineData("2026-01-31")]
    [InlineData("2026-01-31T12:00:00")]
    [InlineData("2026-13-31T12:00:00Z")]
    public void Anything_else_is_none(string text) => Assert.Null(PointInTime.Parse(text, Now));
}
