namespace Formae.Telemetry.Export.Files;

/// <summary>
/// A file that several processes add lines to. Each locks it for one write: to append is not one step on every system, and two that wrote at once would
/// write over each other. What a killed process has left of a line ends before the next line begins.
/// </summary>
internal sealed class SpanFile(string path)
{
    private const int Tries = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <exception cref="IOException">The file cannot be written, or somebody else holds it for seconds.</exception>
    public void Append(ReadOnlySpan<byte> line)
    {
        using var file = Open();
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n')
                file.WriteByte((byte)'\n');
        }

        file.Write(line);
        file.WriteByte((byte)'\n');
        file.Flush();
    }

    private FileStream Open()
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (tried < Tries && e is not (DirectoryNotFoundException or PathTooLongException or DriveNotFoundException))
            {
                // Another process has it for the moment of a write. This is the exporter's own thread.
                Thread.Sleep(Pause);
            }
        }
    }
}
