using System.Text.Json;

namespace Formae.Embedded.Host;

/// <summary>Writes the lines of all apps as one stream of JSON objects. What an app has written as JSON keeps its fields, trace ids among them, and gets the app's name; anything else becomes an object.</summary>
internal sealed class JsonLog(TextWriter writer, TimeProvider time)
{
    private readonly Lock _gate = new();

    public static bool IsJson(string line) => line.StartsWith('{') && line.EndsWith('}');

    public void Write(LogLine line)
    {
        var name = JsonEncodedText.Encode(line.App);
        var text = IsJson(line.Text)
            ? $"{{\"App\":\"{name}\"{(line.Text.Length > 2 ? "," : "")}{line.Text.AsSpan(1)}"
            : $"{{\"App\":\"{name}\",\"Timestamp\":\"{time.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"LogLevel\":\"{(line.IsError ? "Warning" : "Information")}\",\"Message\":\"{JsonEncodedText.Encode(line.Text)}\"}}";
        lock (_gate)
            writer.WriteLine(text);
    }
}
