using System.Security.Cryptography;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Payloads;

/// <summary>What every payload store does.</summary>
public abstract class PayloadContract
{
    protected static readonly DateTimeOffset Past = DateTimeOffset.UtcNow.AddMinutes(-10);
    protected static readonly DateTimeOffset Future = DateTimeOffset.UtcNow.AddMinutes(10);

    protected CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract PayloadStore Store { get; }

    [Theory]
    [InlineData(PayloadStore.Rows, 0)]
    [InlineData(PayloadStore.Rows, 1)]
    [InlineData(PayloadStore.Messages, 300_000)]
    [InlineData(PayloadStore.Rows, 24_000_000)]
    public async Task A_body_of_any_length_comes_back(string area, int length)
    {
        var body = RandomNumberGenerator.GetBytes(length);

        var claim = await Store.PutAsync(area, body, Cancellation);

        Assert.Equal((PayloadStore.ClaimOf(area, body), (long)length), (claim, claim.Length));
        Assert.True((await Store.GetAsync(claim, Cancellation)).ToMemory().Span.SequenceEqual(body));
    }

    [Fact]
    public async Task The_same_body_left_by_many_at_once_is_there_once()
    {
        var body = RandomNumberGenerator.GetBytes(100_000);

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Store.PutAsync(PayloadStore.Rows, body, Cancellation)));

        Assert.Single(claims.Distinct());
        Assert.True(await Store.DeleteIfOlderAsync(claims[0].Name, Future, Cancellation));
        await Assert.ThrowsAsync<PayloadException>(() => Store.GetAsync(claims[0], Cancellation));
    }

    [Fact]
    public async Task What_was_removed_is_gone_and_can_be_left_again()
    {
        var body = RandomNumberGenerator.GetBytes(1000);
        var claim = await Store.PutAsync(PayloadStore.Rows, body, Cancellation);

        await Store.DeleteAsync(claim.Name, Cancellation);
        await Store.DeleteAsync(claim.Name, Cancellation);

        Assert.Equal($"The payload {claim.Name} is gone.", (await Assert.ThrowsAsync<PayloadException>(() => Store.GetAsync(claim, Cancellation))).Message);
        await Store.PutAsync(PayloadStore.Rows, body, Cancellation);
        Assert.Equal(1000, (await Store.GetAsync(claim, Cancellation)).ToMemory().Length);
    }

    [Fact]
    public async Task A_body_that_was_left_since_stays()
    {
        var claim = await Store.PutAsync(PayloadStore.Rows, RandomNumberGenerator.GetBytes(1000), Cancellation);

        Assert.False(await Store.DeleteIfOlderAsync(claim.Name, Past, Cancellation));

        Assert.Equal(1000, (await Store.GetAsync(claim, Cancellation)).ToMemory().Length);
        Assert.True(await Store.DeleteIfOlderAsync(claim.Name, Future, Cancellation));
        Assert.True(await Store.DeleteIfOlderAsync(claim.Name, Future, Cancellation));
    }

    [Fact]
    public async Task The_old_ones_of_an_area_go_and_those_of_the_other_stay()
    {
        var messages = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Store.PutAsync(PayloadStore.Messages, RandomNumberGenerator.GetBytes(1000), Cancellation)));
        var row = await Store.PutAsync(PayloadStore.Rows, RandomNumberGenerator.GetBytes(1000), Cancellation);

        Assert.Equal(0, await Store.DeleteOlderAsync(PayloadStore.Messages, Past, Cancellation));
        foreach (var message in messages)
            await Store.GetAsync(message, Cancellation);

        Assert.True(await Store.DeleteOlderAsync(PayloadStore.Messages, Future, Cancellation) >= 3);
        foreach (var message in messages)
            await Assert.ThrowsAsync<PayloadException>(() => Store.GetAsync(message, Cancellation));
        await Store.GetAsync(row, Cancellation);
    }

    [Fact]
    public async Task What_is_not_what_the_claim_says_is_refused()
    {
        var claim = await Store.PutAsync(PayloadStore.Messages, RandomNumberGenerator.GetBytes(1000), Cancellation);

        foreach (var other in (PayloadClaim[])[claim with { Length = 999 }, claim with { Digest = Convert.ToBase64String(new byte[32]) }])
            Assert.Contains("is not what was left there", (await Assert.ThrowsAsync<PayloadException>(() => Store.GetAsync(other, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rows/../../etc/passwd")]
    [InlineData("rows/..")]
    [InlineData("other/0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("rows/000000000000000000000000000000000000000000000000000000000000000G")]
    [InlineData("")]
    public async Task A_name_leads_nowhere_else(string name)
    {
        await Assert.ThrowsAsync<PayloadException>(() => Store.GetAsync(new PayloadClaim(name, 1, ""), Cancellation));
        await Assert.ThrowsAsync<PayloadException>(() => Store.DeleteAsync(name, Cancellation));
        await Assert.ThrowsAsync<PayloadException>(() => Store.DeleteIfOlderAsync(name, Future, Cancellation));
    }
}
