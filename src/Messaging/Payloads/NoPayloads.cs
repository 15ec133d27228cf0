namespace Formae.Messaging.Payloads;

/// <summary>There is no place for payloads: whatever is too large for a message cannot travel, and what is too large for a row cannot be stored.</summary>
internal sealed class NoPayloads : PayloadStore
{
    private const string Reason = "There is no place for payloads: set FormaePayloads or FormaePayloads__blobServiceUri.";

    public override Task DeleteAsync(string name, CancellationToken cancellation) => Task.CompletedTask;

    public override Task<bool> DeleteIfOlderAsync(string name, DateTimeOffset before, CancellationToken cancellation) => Task.FromResult(false);

    public override Task<int> DeleteOlderAsync(string area, DateTimeOffset before, CancellationToken cancellation) => Task.FromResult(0);

    protected override Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation) => throw new PayloadException(Reason);

    protected override Task<BinaryData?> ReadAsync(string name, CancellationToken cancellation) => throw new PayloadException(Reason);
}
