using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Formae.Embedded.ServiceBus;

/// <summary>The message ids that an entity has seen within its window. Only their digests are kept: a window of hours may hold hundreds of thousands.</summary>
internal sealed class DuplicateHistory
{
    private static readonly TimeSpan BetweenCleanings = TimeSpan.FromSeconds(5);

    private readonly Dictionary<UInt128, long> _until = [];
    private readonly Queue<(UInt128 Id, long Until)> _order = new();
    private bool _forgotten;
    private long _nextCleaning;

    public int Count => _until.Count;

    /// <summary>False when the id was seen within the window; otherwise it counts as seen from now on.</summary>
    public bool TryRemember(string messageId, long until)
    {
        var id = IdOf(messageId);
        if (!_until.TryAdd(id, until))
            return false;
        _order.Enqueue((id, until));
        return true;
    }

    /// <summary>Forgets what is out of the window. True when it is time to forget it in the file too: now and then, not at every send.</summary>
    public bool Prune(long now)
    {
        while (_order.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _order.Dequeue();
            if (_until.TryGetValue(oldest.Id, out var until) && until == oldest.Until)
            {
                _until.Remove(oldest.Id);
                _forgotten = true;
            }
        }

        if (!_forgotten || now < _nextCleaning)
            return false;
        _forgotten = false;
        _nextCleaning = now + BetweenCleanings.Ticks;
        return true;
    }

    /// <summary>The message was not stored after all.</summary>
    public void Forget(string messageId) => _until.Remove(IdOf(messageId));

    private static UInt128 IdOf(string messageId)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
