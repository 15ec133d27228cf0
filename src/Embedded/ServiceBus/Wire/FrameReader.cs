using System.Buffers.Binary;
using System.Net.Sockets;

namespace Formae.Embedded.ServiceBus;

/// <summary>Cuts what comes in on a socket into frames.</summary>
internal sealed class FrameReader(Socket socket, int largestFrame)
{
    private const int UsualSize = 64 * 1024;

    private byte[] _buffer = new byte[8 * 1024];
    private int _start;
    private int _end;

    /// <summary>May be raised once the peer has proved who it is.</summary>
    public int LargestFrame { get; set; } = largestFrame;

    public FrameKind Kind { get; private set; }

    public int Correlation { get; private set; }

    /// <summary>Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    /// <summary>Moves to the next frame; false at the end of the stream.</summary>
    /// <exception cref="WireFormatException">This is no frame, or one larger than allowed.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        while (!TryCut())
        {
            MakeRoom();
            var count = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellation);
            if (count == 0)
                return false;
            _end += count;
        }

        return true;
    }

    /// <summary>True when a whole frame is waiting, so that the next read costs no wait.</summary>
    public bool HasFrame => Waiting >= 4 && Waiting - 4 >= BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));

    private int Waiting => _end - _start;

    private bool TryCut()
    {
        if (Waiting < 4)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
        if (length < Frames.HeaderSize - 4 || length > LargestFrame)
            throw new WireFormatException($"A frame claims {length} bytes; between {Frames.HeaderSize - 4} and {LargestFrame} are allowed.");
        if (Waiting - 4 < length)
            return false;

        var frame = _buffer.AsMemory(_start + 4, length);
        Kind = (FrameKind)frame.Span[0];
        Correlation = BinaryPrimitives.ReadInt32LittleEndian(frame.Span[1..]);
        Payload = frame[5..];
        _start += 4 + length;
        return true;
    }

    private void MakeRoom()
    {
        if (Waiting == 0)
        {
            _start = _end = 0;
            if (_buffer.Length > UsualSize)
                _buffer = new byte[UsualSize];
        }

        var needed = Waiting >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start)) + 4 : 4;
        if (_buffer.Length - _start >= needed && _end < _buffer.Length)
            return;

        // A full buffer means a busy peer: fewer, larger reads from here on.
        var larger = Math.Max(needed, _end == _buffer.Length ? Math.Min(_buffer.Length * 2, UsualSize) : _buffer.Length);
        var target = larger > _buffer.Length ? new byte[larger] : _buffer;
        _buffer.AsSpan(_start, Waiting).CopyTo(target);
        (_end, _start, _buffer) = (Waiting, 0, target);
    }
}
