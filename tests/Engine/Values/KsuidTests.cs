using Formae.Model;

namespace Formae.Engine.Tests.Values;

public sealed class KsuidTests
{
    private static readonly DateTimeOffset Epoch = new(2014, 5, 13, 16, 53, 20, TimeSpan.Zero);

    [Fact]
    public void The_first_id_is_all_zeros_and_the_last_is_the_greatest_text()
    {
        Assert.Equal(new string('0', 27), Ksuid.Encode(Epoch, new byte[16]));
        Assert.Equal("aWgEPTl1tmebfsQzFP4bxwgy80V", Ksuid.Encode(Epoch.AddSeconds(uint.MaxValue), Enumerable.Repeat((byte)0xFF, 16).ToArray()));
    }

    [Fact]
    public void Order_of_text_is_order_of_time_and_payload()
    {
        var random = new Random(7);
        var made = Enumerable.Range(0, 2000).Select(_ =>
        {
            var seconds = random.NextInt64(uint.MaxValue);
            var payload = new byte[16];
            random.NextBytes(payload);
            return (Id: Ksuid.Encode(Epoch.AddSeconds(seconds), payload), Bytes: $"{seconds:x8}{Convert.ToHexStringLower(payload)}", Seconds: seconds);
        }).ToList();

        Assert.Equal(made.OrderBy(one => one.Bytes, StringComparer.Ordinal).Select(one => one.Id), made.Select(one => one.Id).Order(StringComparer.Ordinal));
        Assert.All(made, one => Assert.Equal(Epoch.AddSeconds(one.Seconds), Ksuid.TimeOf(one.Id)));
        Assert.All(made, one => Assert.True(Ksuid.IsValid(one.Id)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00000000000000000000000000")]
    [InlineData("0000000000000000000000000000")]
    [InlineData("00000000000000000000000000-")]
    [InlineData("aWgEPTl1tmebfsQzFP4bxwgy80W")]
    public void What_is_no_id_is_told(string? text)
    {
        Assert.False(Ksuid.IsValid(text));
        if (text is not null)
            Assert.Throws<FormatException>(() => Ksuid.TimeOf(text));
    }

    [Fact]
    public void Ids_of_one_source_sort_as_they_were_made_even_when_the_clock_stands()
    {
        var source = new KsuidSource(new StandingClock());
        var ids = Enumerable.Range(0, 1000).Select(_ => source.Next()).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
