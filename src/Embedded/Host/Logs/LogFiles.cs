using System.Globalization;
using System.Text;

namespace Formae.Embedded.Host;

/// <summary>A log file for each app. One that has grown beyond the bound becomes NAME.1.log, that NAME.2.log, and so on; the oldest goes.</summary>
internal sealed class LogFiles(string folder, TimeProvider time, long largest = 5 * 1024 * 1024, int kept = 3) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StreamWriter> _writers = new(StringComparer.Ordinal);

    public void Write(LogLine line)
    {
        lock (_gate)
        {
            var writer = WriterOf(line.App);

            // A line of JSON has a time of its own.
            if (!JsonLog.IsJson(line.Text))
                writer.Write(time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ ", CultureInfo.InvariantCulture));
            writer.WriteLine(line.Text);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var writer in _writers.Values)
                writer.Dispose();
            _writers.Clear();
        }
    }

    private StreamWriter WriterOf(string app)
    {
        if (_writers.TryGetValue(app, out var writer))
        {
            if (writer.BaseStream.Length < largest)
                return writer;
            writer.Dispose();
            Rotate(app);
        }

        return _writers[app] = Open(app);
    }

    private StreamWriter Open(string app)
    {
        Directory.CreateDirectory(folder);
        return new StreamWriter(new FileStream(PathOf(app, 0), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), new UTF8Encoding(false)) { AutoFlush = true };
    }

    private void Rotate(string app)
    {
        File.Delete(PathOf(app, kept));
        for (var number = kept - 1; number >= 0; number--)
        {
            if (File.Exists(PathOf(app, number)))
                File.Move(PathOf(app, number), PathOf(app, number + 1), overwrite: true);
        }
    }

    private string PathOf(string app, int number) => Path.Combine(folder, number == 0 ? $"{app}.log" : string.Create(CultureInfo.InvariantCulture, $"{app}.{number}.log"));
}
