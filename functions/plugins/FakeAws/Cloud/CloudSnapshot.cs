using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Formae.Plugins.FakeAws;

/// <summary>
/// The snapshot of a cloud and its journals. The snapshot's first line names the generation, and with it the one journal that belongs to it, so that a
/// process killed between writing a snapshot and removing the journal before leaves nothing that would count twice.
/// </summary>
internal static class CloudSnapshot
{
    private const long WorthCompacting = 4 * 1024 * 1024;

    public static string JournalOf(string path, long generation) => $"{path}.{generation}.log";

    /// <summary>Tells other processes that this one uses the cloud; waits while one of them compacts it.</summary>
    public static SafeFileHandle Join(string path)
    {
        var presence = FileLock.Open($"{path}.lock");
        FileLock.TakeShared(presence);
        return presence;
    }

    public static (CloudState State, long Generation) Read(string path)
    {
        var state = new CloudState();
        var generation = 0L;
        if (!File.Exists(path))
            return (state, generation);
        using var lines = File.OpenRead(path);
        using var reader = new StreamReader(lines, Encoding.UTF8);
        generation = long.Parse(reader.ReadLine()!, CultureInfo.InvariantCulture);
        while (reader.ReadLine() is { } line)
            state.Apply(Encoding.UTF8.GetBytes(line));
        return (state, generation);
    }

    public static void CompactWhenAlone(string path)
    {
        using var presence = FileLock.Open($"{path}.lock");
        if (!FileLock.TryTake(presence))
            return;
        var journal = new FileInfo(JournalOf(path, GenerationOf(path)));
        if (journal.Exists && journal.Length >= WorthCompacting)
            Compact(path);
    }

    internal static void Compact(string path)
    {
        var (state, generation) = Read(path);
        var old = JournalOf(path, generation);
        using (var journal = new CloudFile(old))
            journal.ReadNew(state.Apply);
        var fresh = $"{path}.new";
        using (var output = File.Create(fresh))
        {
            FileLock.KeepToTheOwner(output.SafeFileHandle);
            output.Write(Encoding.UTF8.GetBytes($"{generation + 1}\n"));
            var buffer = new ArrayBufferWriter<byte>(64 * 1024);
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
            foreach (var entry in state.Entries())
            {
                buffer.ResetWrittenCount();
                entry.WriteTo(buffer, writer);
                output.Write(buffer.WrittenSpan);
            }

            output.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
        File.Delete(old);
    }

    private static long GenerationOf(string path)
    {
        if (!File.Exists(path))
            return 0;
        using var reader = new StreamReader(path, Encoding.UTF8);
        return long.Parse(reader.ReadLine()!, CultureInfo.InvariantCulture);
    }
}
