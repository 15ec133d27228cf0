using System.Diagnostics;
using Formae.Telemetry;
using Formae.Telemetry.Export;
using Microsoft.Extensions.Configuration;

namespace Formae.Cli.Traces;

/// <summary>The root of a trace: one run of a verb, and everything that comes of it.</summary>
internal static class VerbTrace
{
    private const string Service = "formae-cli";

    /// <summary>What the client's own library calls its spans of requests; with one, the request carries the context.</summary>
    private const string HttpSource = "System.Net.Http";

    /// <summary>Runs <paramref name="run"/> within a span of its own, where a file or a setting asks for it.</summary>
    /// <param name="verb">What is run, as it is typed.</param>
    /// <param name="file">The file that spans go to; null for none.</param>
    /// <param name="run">The run; its answer is the exit code.</param>
    public static async Task<int> RunAsync(string verb, string? file, Func<Task<int>> run)
    {
        using var export = TelemetryExport.Start(Settings(file), Service, HttpSource);
        if (export is null)
            return await run();
        using var span = Spans.Begin($"formae {verb}");
        var code = await run();
        span?.SetTag("process.exit.code", code);
        if (code != 0)
            span.Fail(code.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return code;
    }

    private static IConfiguration Settings(string? file)
    {
        // A run is over before anybody could make a curve of it.
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().AddInMemoryCollection([new("OTEL_METRICS_EXPORTER", "none")]);
        if (file is not null)
            settings.AddInMemoryCollection([new(TelemetrySettings.FileSetting, file)]);
        return settings.Build();
    }
}
