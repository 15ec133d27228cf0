using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Formae.Telemetry.Tests;

/// <summary>What a collector does with what it is sent: it takes it.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Sent> _sent = Channel.CreateUnbounded<Sent>();

    private readonly List<Sent> _seen = [];

    private Collector(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<Collector> StartAsync(HttpProtocols protocol)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocol));
        var app = builder.Build();
        var collector = new Collector(app);
        app.Run(collector.TakeAsync);
        await app.StartAsync();
        return collector;
    }

    /// <summary>The first thing that came to a path of this ending.</summary>
    public async Task<Sent> NextAsync(string path)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (_seen.Find(sent => sent.Path.EndsWith(path, StringComparison.Ordinal)) is { } found)
                return found;
            _seen.Add(await _sent.Reader.ReadAsync(patience.Token));
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        await _sent.Writer.WriteAsync(new Sent(http.Request.Path, http.Request.ContentType ?? "", Encoding.Latin1.GetString(body.ToArray())));
        http.Response.ContentType = http.Request.ContentType;
        if (http.Request.ContentType != "application/grpc")
            return;

        // An empty answer of gRPC: a frame without content, and the status behind it.
        http.Response.DeclareTrailer("grpc-status");
        await http.Response.Body.WriteAsync(new byte[5]);
        http.Response.AppendTrailer("grpc-status", "0");
    }
}

internal sealed record Sent(string Path, string ContentType, string Body);
