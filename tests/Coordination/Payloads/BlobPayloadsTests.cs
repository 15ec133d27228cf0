using Azure;
using Formae.Messaging.Payloads;
using Formae.Servers;

namespace Formae.Coordination.Tests.Payloads;

/// <summary>The same against the real emulator of Blob storage.</summary>
public sealed class BlobPayloadsTests(AzuriteServer azurite) : PayloadContract, IClassFixture<AzuriteServer>
{
    protected override PayloadStore Store => field ??= new BlobPayloads(azurite.ConnectionString);

    [Fact]
    public async Task A_body_that_is_left_again_is_there_still()
    {
        var body = new byte[1000];
        var claim = await Store.PutAsync(PayloadStore.Rows, body, Cancellation);

        await Store.PutAsync(PayloadStore.Rows, body, Cancellation);

        Assert.False(await Store.DeleteIfOlderAsync(claim.Name, Past, Cancellation));
        await Store.GetAsync(claim, Cancellation);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_by_the_service()
    {
        var wrong = new BlobPayloads(azurite.ConnectionString.Replace("AccountKey=", "AccountKey=AAAA", StringComparison.Ordinal));

        var refusal = await Assert.ThrowsAsync<RequestFailedException>(() => wrong.PutAsync(PayloadStore.Rows, new byte[1], Cancellation));

        Assert.Equal((403, "AuthorizationFailure"), (refusal.Status, refusal.ErrorCode));
        Assert.DoesNotContain(azurite.Key, refusal.ToString(), StringComparison.Ordinal);
    }
}
