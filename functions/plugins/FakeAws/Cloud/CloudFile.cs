using Microsoft.Win32.SafeHandles;

namespace Formae.Plugins.FakeAws;

/// <summary>
/// A journal that several processes append to, whole lines only. Nothing is synced to the disk: what is written survives the end of any process, which
/// is what is asked of it. A last line that a killed process left half written is cut off by the next writer.
/// </summary>
internal sealed class CloudFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private byte[] _rest = new byte[64 * 1024];
    private long _position;

    public CloudFile(string path) => _file = FileLock.Open(path);

    /// <summary>Hands out each line that was added since the last call, by whomever.</summary>
    public void ReadNew(Action<ReadOnlySpan<byte>> line)
    {
        while (true)
        {
            var read = RandomAccess.Read(_file, _rest, _position);
            var end = _rest.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
            if (end == 0)
            {
                if (read < _rest.Length)
                    return;
                Array.Resize(ref _rest, _rest.Length * 2);
                continue;
            }

            var lines = _rest.AsSpan(0, end);
            while (!lines.IsEmpty)
            {
                var length = lines.IndexOf((byte)'\n');
                if (length > 0)
                    line(lines[..length]);
                lines = lines[(length + 1)..];
            }

            _position += end;
        }
    }

    /// <summary>Adds lines. To be called between <see cref="Enter"/> and <see cref="Leave"/>, after <see cref="ReadNew"/>.</summary>
    public void Append(ReadOnlySpan<byte> lines)
    {
        RandomAccess.Write(_file, lines, _position);
        _position += lines.Length;
    }

    /// <summary>Waits until no other process is between here and <see cref="Leave"/>.</summary>
    public void Enter() => FileLock.Take(_file);

    public void Leave() => FileLock.Leave(_file);

    /// <summary>Cuts off what stands behind the last whole line. To be called by the one who is alone between <see cref="Enter"/> and <see cref="Leave"/>.</summary>
    public void DropTornLine()
    {
        if (RandomAccess.GetLength(_file) > _position)
            RandomAccess.SetLength(_file, _position);
    }

    public void Dispose() => _file.Dispose();
}
