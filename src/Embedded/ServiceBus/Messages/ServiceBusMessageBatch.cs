#nullable disable // as in the real package, whose members carry no annotations

using Formae.Embedded.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Messages that travel together in one send and are committed together.</summary>
public sealed class ServiceBusMessageBatch : IDisposable
{
    private readonly List<byte[]> _contents = [];

    internal ServiceBusMessageBatch(long maxSizeInBytes) => MaxSizeInBytes = maxSizeInBytes;

    public long MaxSizeInBytes { get; }

    public long SizeInBytes { get; private set; }

    public int Count => _contents.Count;

    internal IReadOnlyList<byte[]> Contents => _contents;

    /// <summary>Adds the message as it is now; false when it does not fit any more.</summary>
    public bool TryAddMessage(ServiceBusMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var content = WireMessage.Encode(message);
        if (SizeInBytes + content.Length > MaxSizeInBytes)
            return false;
        _contents.Add(content);
        SizeInBytes += content.Length;
        return true;
    }

    public void Dispose()
    {
        _contents.Clear();
        SizeInBytes = 0;
    }
}
