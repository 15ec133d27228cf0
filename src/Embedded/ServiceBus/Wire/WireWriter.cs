using System.Buffers.Binary;
using System.Text;

namespace Formae.Embedded.ServiceBus;

/// <summary>Appends values, little-endian, to one growing buffer.</summary>
internal sealed class WireWriter(int capacity = 256)
{
    private byte[] _buffer = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    public byte[] ToArray() => Written.ToArray();

    /// <summary>Starts again; a buffer that one large message blew up is given back.</summary>
    public void Reset(int largestKept = 1 << 20)
    {
        Length = 0;
        if (_buffer.Length > largestKept)
            _buffer = new byte[4096];
    }

    /// <summary>Takes back what was written from there on.</summary>
    public void Truncate(int length) => Length = length;

    public void Byte(byte value) => Take(1)[0] = value;

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);

    public void Guid(Guid value) => value.TryWriteBytes(Take(16));

    public void Raw(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        Raw(value);
    }

    public void Text(string? value)
    {
        if (value is null)
        {
            Int32(-1);
            return;
        }

        var bytes = Encoding.UTF8.GetByteCount(value);
        Int32(bytes);
        Encoding.UTF8.GetBytes(value, Take(bytes));
    }

    /// <summary>Leaves room for a length that is known later; <see cref="EndLength"/> fills it in.</summary>
    public int BeginLength()
    {
        var at = Length;
        Int32(0);
        return at;
    }

    public void EndLength(int at) => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(at), Length - at - 4);

    public void PatchInt32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(at), value);

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - Length < count)
            Array.Resize(ref _buffer, Math.Max(checked(Length + count), (int)Math.Min(_buffer.Length * 2L, Array.MaxLength)));
        var span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }
}
