using System.Buffers.Binary;
using System.Text;

namespace Formae.Embedded.ServiceBus;

/// <summary>Reads what <see cref="WireWriter"/> wrote; anything else is a <see cref="WireFormatException"/>, never a read outside the frame.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;

    public int Position { get; private set; }

    public readonly bool AtEnd => Position == _source.Length;

    public byte Byte() => Take(1)[0];

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public Guid Guid() => new(Take(16));

    public DateTimeOffset Time()
    {
        var ticks = Int64();
        if (ticks < 0 || ticks > DateTimeOffset.MaxValue.Ticks)
            throw new WireFormatException("A time is out of range.");
        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    public ReadOnlySpan<byte> Bytes() => Take(Int32());

    public ReadOnlySpan<byte> Rest() => Take(_source.Length - Position);

    public string? TextOrNull()
    {
        var length = Int32();
        return length == -1 ? null : Encoding.UTF8.GetString(Take(length));
    }

    public void SkipText()
    {
        if (Int32() is var length && length != -1)
            Take(length);
    }

    public string Text() => TextOrNull() ?? throw new WireFormatException("A text is missing.");

    /// <summary>A count of items of which each takes at least <paramref name="smallestItem"/> bytes: a lie about it is found before anything is allocated.</summary>
    public int Count(int smallestItem)
    {
        var count = Int32();
        if (count < 0 || (long)count * smallestItem > _source.Length - Position)
            throw new WireFormatException("A count is larger than the frame.");
        return count;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _source.Length - Position)
            throw new WireFormatException("The frame ends early.");
        var span = _source.Slice(Position, count);
        Position += count;
        return span;
    }
}

/// <summary>Bytes that are no frame of ours.</summary>
internal sealed class WireFormatException(string message) : Exception(message);
