using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Formae.Protocol.Bus;

namespace Formae.Plugins.FakeAws;

/// <summary>
/// Every call that was made on a cloud, written when it comes in, so that a call that never ended is seen as well. Each process writes a file of its
/// own beside the cloud; they are read together.
/// </summary>
internal sealed class CallLog(PluginVersion version, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Journal>> _journals = new(StringComparer.Ordinal);

    public void Add(string cloudFile, FakeCall call) =>
        _journals.GetOrAdd(cloudFile, file => new Lazy<Journal>(() => new Journal(PathOf(file)))).Value.Add(call, time.GetUtcNow(), version.Text);

    /// <summary>All calls on a cloud by all processes, in the order in which they came in.</summary>
    public static IReadOnlyList<RecordedCall> Read(string cloudFile)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(cloudFile))!;
        if (!Directory.Exists(folder))
            return [];
        return [.. Directory.EnumerateFiles(folder, $"{Path.GetFileName(cloudFile)}.calls.*").SelectMany(ReadLines).OrderBy(c => c.At)];
    }

    public void Dispose()
    {
        foreach (var journal in _journals.Values.Where(j => j.IsValueCreated))
            journal.Value.Dispose();
    }

    private static string PathOf(string cloudFile) => $"{Path.GetFullPath(cloudFile)}.calls.{Environment.ProcessId}";

    private static IEnumerable<RecordedCall> ReadLines(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        var text = reader.ReadToEnd();

        // The last line may be half written.
        var whole = text.AsMemory(0, text.LastIndexOf('\n') + 1).ToString();
        foreach (var line in whole.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            yield return JsonSerializer.Deserialize(line, ControlJson.Default.RecordedCall)!;
    }

    private sealed class Journal : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly FileStream _file;
        private readonly ArrayBufferWriter<byte> _buffer = new(512);
        private readonly Utf8JsonWriter _writer;

        public Journal(string path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            _writer = new Utf8JsonWriter(_buffer);
        }

        public void Add(FakeCall call, DateTimeOffset now, string version)
        {
            lock (_lock)
            {
                _buffer.ResetWrittenCount();
                _writer.Reset();
                JsonSerializer.Serialize(
                    _writer,
                    new RecordedCall
                    {
                        At = now,
                        ProcessId = Environment.ProcessId,
                        PluginVersion = version,
                        OperationId = call.OperationId,
                        Attempt = call.Attempt,
                        Operation = call.Verb,
                        ResourceType = call.Type,
                        NativeId = call.NativeId,
                        Key = call.Key,
                    },
                    ControlJson.Default.RecordedCall);
                _buffer.Write("\n"u8);
                _file.Write(_buffer.WrittenSpan);
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _writer.Dispose();
                _file.Dispose();
            }
        }
    }
}

/// <summary>The version of the plugin, as its manifest tells it.</summary>
internal sealed record PluginVersion(string Text);
