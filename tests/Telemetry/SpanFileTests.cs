using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Formae.Telemetry.Export;
using Formae.Telemetry.Export.Files;

namespace Formae.Telemetry.Tests;

public sealed class SpanFileTests
{
    [Fact]
    public async Task Writers_at_once_never_write_into_each_others_lines()
    {
        using var folder = new Folder();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(() =>
        {
            var file = new SpanFile(folder["spans.jsonl"]);
            for (var i = 0; i < 100; i++)
                file.Append(Encoding.UTF8.GetBytes($"{{\"writer\":{writer},\"line\":{i},\"rest\":\"{new string('x', 2000)}\"}}"));
        })));
        var lines = File.ReadAllLines(folder["spans.jsonl"]).Select(line => JsonElement.Parse(line)).Select(line => (line.GetProperty("writer").GetInt32(), line.GetProperty("line").GetInt32())).ToList();
        Assert.Equal(600, lines.Distinct().Count());
        Assert.All(lines.GroupBy(line => line.Item1), ofWriter => Assert.Equal(Enumerable.Range(0, 100), ofWriter.Select(line => line.Item2)));
    }

    [Fact]
    public void What_a_killed_process_has_left_of_a_line_spoils_no_other()
    {
        using var folder = new Folder();
        File.WriteAllText(folder["spans.jsonl"], "{\"resourceSp");
        new SpanFile(folder["spans.jsonl"]).Append("{}"u8);
        Assert.Equal("{\"resourceSp\n{}\n", File.ReadAllText(folder["spans.jsonl"]));
    }

    [Fact]
    public void A_span_is_written_as_otlp_has_it()
    {
        using var folder = new Folder();
        string trace, parent;
        using (TelemetryExport.Start(ExportTests.Settings((TelemetrySettings.FileSetting, folder["spans.jsonl"])), "formae-test"))
        {
            using var outer = Spans.Begin("outer")!;
            (trace, parent) = (outer.TraceId.ToHexString(), outer.SpanId.ToHexString());
            using var inner = Spans.Continue(outer.Id, "inner", ActivityKind.Consumer)!;
            inner.SetTag("text", "a").SetTag("number", 7L).SetTag("flag", true).SetTag("list", new[] { "x", "y" });
            inner.Fail("Throttling");
        }

        var resource = File.ReadAllLines(folder["spans.jsonl"]).Select(line => JsonElement.Parse(line).GetProperty("resourceSpans")[0]).First(one => one.GetRawText().Contains("\"inner\"", StringComparison.Ordinal));
        Assert.Contains(resource.GetProperty("resource").GetProperty("attributes").EnumerateArray(), one => one.GetProperty("key").GetString() == "process.pid" && one.GetProperty("value").GetProperty("intValue").GetString() == $"{Environment.ProcessId}");
        var scope = resource.GetProperty("scopeSpans").EnumerateArray().Single(one => one.GetProperty("scope").GetProperty("name").GetString() == Spans.SourceName);
        var span = scope.GetProperty("spans").EnumerateArray().Single(one => one.GetProperty("name").GetString() == "inner" && one.GetProperty("traceId").GetString() == trace);
        Assert.Equal((parent, 5, 2), (span.GetProperty("parentSpanId").GetString(), span.GetProperty("kind").GetInt32(), span.GetProperty("status").GetProperty("code").GetInt32()));
        Assert.True(long.Parse(span.GetProperty("startTimeUnixNano").GetString()!, System.Globalization.CultureInfo.InvariantCulture) <= long.Parse(span.GetProperty("endTimeUnixNano").GetString()!, System.Globalization.CultureInfo.InvariantCulture));
        var attributes = span.GetProperty("attributes").EnumerateArray().ToDictionary(one => one.GetProperty("key").GetString()!, one => one.GetProperty("value").GetRawText());
        Assert.Equal("""{"stringValue":"a"}""", attributes["text"]);
        Assert.Equal("""{"intValue":"7"}""", attributes["number"]);
        Assert.Equal("""{"boolValue":true}""", attributes["flag"]);
        Assert.Equal("""{"arrayValue":{"values":[{"stringValue":"x"},{"stringValue":"y"}]}}""", attributes["list"]);
        Assert.Equal("""{"stringValue":"Throttling"}""", attributes["error.type"]);
    }

    [Fact]
    public void What_was_not_recorded_where_it_began_is_not_gone_on_with()
    {
        using var folder = new Folder();
        using var export = TelemetryExport.Start(ExportTests.Settings((TelemetrySettings.FileSetting, folder["spans.jsonl"])), "formae-test");
        Assert.Null(Spans.Continue(null, "no parent"));
        Assert.NotEqual(true, Spans.Continue("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "not sampled")?.Recorded);
        Assert.Null(Spans.Continue("nonsense", "no context"));
        using var continued = Spans.Continue("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "sampled");
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", continued!.TraceId.ToHexString());
    }
}
