using System.Diagnostics;
using Formae.Telemetry.Export;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Telemetry.Tests;

public sealed class ExportTests
{
    [Fact]
    public async Task Spans_metrics_and_the_log_go_to_a_collector_over_http()
    {
        await using var collector = await Collector.StartAsync(HttpProtocols.Http1);
        var settings = Settings(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_RESOURCE_ATTRIBUTES", "team=storage"));
        var services = new ServiceCollection().AddSingleton(settings);
        Assert.True(services.AddFormaeTelemetry(settings, "formae-test").IsOn);
        await using (var app = services.BuildServiceProvider())
        {
            var export = app.GetRequiredService<IHostedService>();
            await export.StartAsync(CancellationToken.None);
            using (Spans.Begin("a span of the test"))
                app.GetRequiredService<ILogger<ExportTests>>().LogWarning("a line of {Who}", "the test");
            MessageMeasures.Sent("a-queue");
            await export.StopAsync(CancellationToken.None);
        }

        var spans = await collector.NextAsync("/v1/traces");
        Assert.Equal("application/x-protobuf", spans.ContentType);
        Assert.Contains("a span of the test", spans.Body, StringComparison.Ordinal);
        Assert.Contains("formae-test", spans.Body, StringComparison.Ordinal);
        var metrics = await collector.NextAsync("/v1/metrics");
        Assert.Contains("messaging.client.sent.messages", metrics.Body, StringComparison.Ordinal);
        Assert.Contains("a-queue", metrics.Body, StringComparison.Ordinal);
        Assert.Contains("a line of the test", (await collector.NextAsync("/v1/logs")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spans_go_to_a_collector_over_grpc_unless_something_else_is_said()
    {
        await using var collector = await Collector.StartAsync(HttpProtocols.Http2);
        using (TelemetryExport.Start(Settings(("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_METRICS_EXPORTER", "none"), ("OTEL_SERVICE_NAME", "by-another-name")), "formae-test"))
            Spans.Begin("a span of the test")?.Dispose();

        var sent = await collector.NextAsync("TraceService/Export");
        Assert.Equal("application/grpc", sent.ContentType);
        Assert.Contains("a span of the test", sent.Body, StringComparison.Ordinal);
        Assert.Contains("by-another-name", sent.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sampler_that_takes_nothing_leaves_nothing_to_record()
    {
        using var folder = new Folder();
        using (TelemetryExport.Start(Settings((TelemetrySettings.FileSetting, folder["spans.jsonl"]), ("OTEL_TRACES_SAMPLER", "always_off")), "formae-test"))
        {
            using var span = Spans.Begin("nobody wants this");
            Assert.NotEqual(true, span?.Recorded);
        }

        Assert.False(File.Exists(folder["spans.jsonl"]));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("OTEL_SDK_DISABLED", "true")]
    [InlineData("OTEL_TRACES_EXPORTER", "none")]
    public void Nothing_is_exported_unless_a_setting_says_where_to(string? name, string? value)
    {
        var settings = name switch
        {
            null => Settings(),
            "OTEL_SDK_DISABLED" => Settings(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317"), (TelemetrySettings.FileSetting, "file"), (name, value)),
            _ => Settings(("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4317"), (name, value)),
        };
        var services = new ServiceCollection();
        Assert.False(services.AddFormaeTelemetry(settings, "formae-test").IsOn);
        Assert.Empty(services);
        Assert.Null(TelemetryExport.Start(settings, "formae-test"));
    }

    internal static IConfiguration Settings(params (string Name, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).Build();
}

internal sealed class Folder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("formae-telemetry-").FullName;

    public string this[string name] => Path.Combine(_path, name);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
