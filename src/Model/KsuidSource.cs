using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Formae.Model;

/// <summary>
/// Makes KSUIDs. The payload begins with the fraction of the second and a counter, so that ids made by one source sort in the order
/// they were made, which stored versions rely on; the rest is random.
/// </summary>
public sealed class KsuidSource(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _lastTicks;

    public string Next()
    {
        long ticks;
        lock (_lock)
        {
            ticks = Math.Max(time.GetUtcNow().UtcTicks, _lastTicks + 1);
            _lastTicks = ticks;
        }

        Span<byte> payload = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)(ticks % TimeSpan.TicksPerSecond));
        RandomNumberGenerator.Fill(payload[4..]);
        return Ksuid.Encode(new DateTimeOffset(ticks, TimeSpan.Zero), payload);
    }
}
