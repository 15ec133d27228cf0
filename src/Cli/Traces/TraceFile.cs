using System.Globalization;
using System.Text.Json;

namespace Formae.Cli.Traces;

/// <summary>Reads spans from a file in the format of OpenTelemetry's file exporter: OTLP as JSON, an object a line.</summary>
internal static class TraceFile
{
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <returns>The spans, and how many lines were none: a process that was killed leaves one in the middle.</returns>
    public static async Task<(IReadOnlyList<TraceSpan> Spans, int Unreadable)> ReadAsync(string path, CancellationToken cancellation)
    {
        // Whoever writes may write on.
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        var spans = new List<TraceSpan>();
        var unreadable = 0;
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length == 0)
                continue;
            try
            {
                spans.AddRange(Read(line));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                unreadable++;
            }
        }

        return (spans, unreadable);
    }

    private static List<TraceSpan> Read(string line)
    {
        using var document = JsonDocument.Parse(line);
        var spans = new List<TraceSpan>();
        foreach (var resource in Items(document.RootElement, "resourceSpans"))
        {
            var service = resource.TryGetProperty("resource", out var described) ? AttributesOf(described).GetValueOrDefault("service.name", "") : "";
            spans.AddRange(Items(resource, "scopeSpans").SelectMany(scope => Items(scope, "spans")).Select(span => Span(span, service)));
        }

        return spans;
    }

    private static TraceSpan Span(JsonElement span, string service)
    {
        var start = Nanoseconds(span, "startTimeUnixNano");
        return new TraceSpan
        {
            Trace = span.GetProperty("traceId").GetString()!,
            Id = span.GetProperty("spanId").GetString()!,
            Parent = span.TryGetProperty("parentSpanId", out var parent) && parent.GetString() is { Length: > 0 } id ? id : null,
            Name = span.GetProperty("name").GetString()!,
            Service = service,
            Start = DateTimeOffset.UnixEpoch.AddTicks(start / 100),
            Duration = TimeSpan.FromTicks((Nanoseconds(span, "endTimeUnixNano") - start) / 100),
            HasFailed = span.TryGetProperty("status", out var status) && status.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.GetInt32() == 2,
            Attributes = AttributesOf(span),
        };
    }

    private static Dictionary<string, string> AttributesOf(JsonElement owner)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in Items(owner, "attributes"))
        {
            foreach (var value in attribute.GetProperty("value").EnumerateObject())
                attributes[attribute.GetProperty("key").GetString()!] = value.Value.ToString();
        }

        return attributes;
    }

    // 64-bit numbers are texts; some writers do not mind.
    private static long Nanoseconds(JsonElement span, string name) =>
        span.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? long.Parse(text.GetString()!, CultureInfo.InvariantCulture) : span.GetProperty(name).GetInt64();

    private static IEnumerable<JsonElement> Items(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];
}
