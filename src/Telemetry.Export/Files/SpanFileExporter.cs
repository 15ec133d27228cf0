using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using OpenTelemetry;

namespace Formae.Telemetry.Export.Files;

/// <summary>Adds spans to a file, a line for each batch, in the format of OpenTelemetry's file exporter (OTLP as JSON).</summary>
internal sealed class SpanFileExporter(SpanFile file) : BaseExporter<Activity>
{
    private bool _hasFailed;

    public override ExportResult Export(in Batch<Activity> batch)
    {
        using var suppressed = SuppressInstrumentationScope.Begin();
        var spans = new List<Activity>((int)batch.Count);
        foreach (var span in batch)
            spans.Add(span);
        var buffer = new ArrayBufferWriter<byte>(spans.Count * 600);
        using (var writer = new Utf8JsonWriter(buffer))
            SpanJson.Write(writer, ParentProvider?.GetResource().Attributes ?? [], spans);
        try
        {
            file.Append(buffer.WrittenSpan);
            return ExportResult.Success;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The work goes on without its trace; whoever looks for it is told once.
            if (!_hasFailed)
                Console.Error.WriteLine($"Spans cannot be written to {file.Path}: {e.Message}");
            _hasFailed = true;
            return ExportResult.Failure;
        }
    }
}
