using System.Text.Json;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Messaging.Tests;

public sealed class ClaimTests : IDisposable
{
    private static readonly byte[] Body = JsonSerializer.SerializeToUtf8Bytes(Requests.Create("Test::Box::Box", JsonSerializer.SerializeToElement(new { Name = new string('x', 1_000_000) })), BusJson.Default.OperationRequest);

    private readonly Folder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly End _here;

    public ClaimTests() => _here = new End(_folder.Path, SignatureTests.Key("one", 1), _time);

    public void Dispose()
    {
        _here.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_large_body_is_left_and_opened_and_removed_when_the_message_is_done()
    {
        var message = await _here.WriteAsync(Body);
        Assert.InRange(message.Body.ToMemory().Length, 1, 500);
        var read = Assert.IsType<Reading<OperationRequest>.Accepted>(await _here.ReadAsync(message));
        Assert.Equal(1_000_000, read.Body.Properties!.Value.GetProperty("Name").GetString()!.Length);
        Assert.Single(Left());

        await _here.Reader.SettledAsync(read.Payload);

        Assert.Empty(Left());
        Assert.Equal(RefusalReason.PayloadMissing, await _here.RefusalOfAsync(message));
    }

    [Fact]
    public async Task A_body_that_fits_is_not_left()
    {
        var fits = new byte[MessageWriter.LargestBody];
        Assert.Equal(fits.Length, (await _here.WriteAsync(fits)).Body.ToMemory().Length);
        Assert.Empty(Left());
        await _here.WriteAsync(new byte[MessageWriter.LargestBody + 1]);
        Assert.Single(Left());
    }

    [Fact]
    public async Task A14_a_payload_that_was_altered_is_refused()
    {
        var message = await _here.WriteAsync(Body);
        var file = Assert.Single(Left());
        var content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        content[^10] ^= 1;
        await File.WriteAllBytesAsync(file, content, TestContext.Current.CancellationToken);
        Assert.Equal(RefusalReason.PayloadMissing, await _here.RefusalOfAsync(message));
    }

    [Fact]
    public async Task A_claim_cannot_be_taken_for_a_body_nor_a_body_for_a_claim()
    {
        var claim = await _here.WriteAsync(Body);
        claim.ContentType = "application/json";
        Assert.Equal(RefusalReason.WrongSignature, await _here.RefusalOfAsync(claim));

        var left = await _here.Payloads.PutAsync(PayloadStore.Messages, "{}"u8.ToArray(), CancellationToken.None);
        var body = await _here.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(left, BusJson.Default.PayloadClaim));
        Assert.Equal(RefusalReason.Unreadable, await _here.RefusalOfAsync(body));
        body.ContentType = "application/vnd.formae.claim+json";
        Assert.Equal(RefusalReason.WrongSignature, await _here.RefusalOfAsync(body));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("no JSON")]
    [InlineData("[1,2]")]
    [InlineData("""{"OperationId":1}""")]
    public async Task A_body_that_is_none_is_unreadable(string body) =>
        Assert.Equal(RefusalReason.Unreadable, await _here.RefusalOfAsync(await _here.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body))));

    private string[] Left() => Directory.Exists(_folder["payloads"]) ? Directory.GetFiles(_folder["payloads"], "*", SearchOption.AllDirectories) : [];
}
