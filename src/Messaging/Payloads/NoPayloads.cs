namespace Formae.Messaging.Payloads;

/// <summary>There is no place for payloads: whatever is too large for a message cannot travel.</summary>
internal sealed class NoPayloads : PayloadStore
{
    private const string Reason = "There is no place for payloads: set FormaePayloads to a folder that all apps share.";

    public override Task DeleteAsync(string name, CancellationToken cancellation) => Task.CompletedTask;

    public override Task<int> DeleteOlderAsync(string area, DateTimeOffset before, CancellationToken cancellation) => Task.FromResult(0);

    protected override Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation) => throw new PayloadException(Reason);

    protected override Task<BinaryData?> ReadAsync(string name, CancellationToken cancellation) => throw new PayloadException(Reason);
}
