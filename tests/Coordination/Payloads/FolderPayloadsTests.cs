using System.Security.Cryptography;
using Formae.Messaging.Payloads;

namespace Formae.Coordination.Tests.Payloads;

public sealed class FolderPayloadsTests : PayloadContract, IDisposable
{
    private readonly TempFolder _folder = new();

    protected override PayloadStore Store => field ??= new FolderPayloads(_folder.File("payloads"));

    [Fact]
    public async Task A_body_that_is_left_again_is_young_again()
    {
        var body = RandomNumberGenerator.GetBytes(1000);
        var claim = await Store.PutAsync(PayloadStore.Rows, body, Cancellation);
        File.SetLastWriteTimeUtc(FileOf(claim.Name), Past.AddDays(-1).UtcDateTime);

        await Store.PutAsync(PayloadStore.Rows, body, Cancellation);

        Assert.False(await Store.DeleteIfOlderAsync(claim.Name, Past, Cancellation));
        await Store.GetAsync(claim, Cancellation);
    }

    [Fact]
    public async Task A_removal_that_was_interrupted_takes_nothing_away_that_is_needed_again()
    {
        var body = RandomNumberGenerator.GetBytes(1000);
        var claim = await Store.PutAsync(PayloadStore.Rows, body, Cancellation);

        // Left again between the look at its time and the renaming; then the process was killed.
        File.Move(FileOf(claim.Name), FileOf(claim.Name) + ".leaving");

        Assert.True((await Store.GetAsync(claim, Cancellation)).ToMemory().Span.SequenceEqual(body));
        Assert.False(await Store.DeleteIfOlderAsync(claim.Name, Past, Cancellation));
        Assert.True(File.Exists(FileOf(claim.Name)));
    }

    [Fact]
    public async Task Whoever_leaves_a_body_while_it_is_being_removed_finds_it_afterwards()
    {
        var body = RandomNumberGenerator.GetBytes(10_000);
        var claim = await Store.PutAsync(PayloadStore.Rows, body, Cancellation);
        var left = DateTimeOffset.UtcNow;
        for (var round = 0; round < 300; round++)
        {
            File.SetLastWriteTimeUtc(FileOf(claim.Name), Past.AddDays(-1).UtcDateTime);
            await Task.WhenAll(
                Task.Run(() => Store.DeleteIfOlderAsync(claim.Name, Past, Cancellation), Cancellation),
                Task.Run(() => Store.PutAsync(PayloadStore.Rows, body, Cancellation), Cancellation));
            Assert.True((await Store.GetAsync(claim, Cancellation)).ToMemory().Span.SequenceEqual(body));
            await Store.PutAsync(PayloadStore.Rows, body, Cancellation);
        }
    }

    [Fact]
    public async Task A_body_that_a_killed_process_left_half_written_is_never_seen_and_is_tidied_away()
    {
        var claim = PayloadStore.ClaimOf(PayloadStore.Rows, RandomNumberGenerator.GetBytes(1000));
        var draft = FileOf(claim.Name) + $".{Guid.NewGuid():N}.draft";
        Directory.CreateDirectory(Path.GetDirectoryName(draft)!);
        await File.WriteAllBytesAsync(draft, new byte[10], Cancellation);
        File.SetLastWriteTimeUtc(draft, DateTime.UtcNow.AddDays(-2));

        await Assert.ThrowsAsync<PayloadException>(() => Store.GetAsync(claim, Cancellation));
        await Store.PutAsync(PayloadStore.Rows, new byte[1], Cancellation);

        Assert.False(File.Exists(draft));
    }

    public void Dispose() => _folder.Dispose();

    private string FileOf(string name) => Path.Combine(_folder.File("payloads"), name);
}
