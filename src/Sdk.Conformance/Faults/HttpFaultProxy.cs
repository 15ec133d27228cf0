using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Sdk.Conformance;

/// <summary>Stands between a plugin and an HTTP server on this machine, and lets things go wrong on the way when it is told to.</summary>
internal sealed class HttpFaultProxy : IFaultProxy
{
    private const int Throttled = StatusCodes.Status429TooManyRequests;
    private const int Busy = StatusCodes.Status503ServiceUnavailable;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(150);
    private static readonly string[] OfTheConnection = ["Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Proxy-Connection"];

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _server = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, AutomaticDecompression = DecompressionMethods.None });
    private readonly Uri _upstream;

    // Seen by every request from the moment on in which it is set.
    private volatile Fault _fault = Fault.None;

    private HttpFaultProxy(WebApplication app, Uri upstream) => (_app, _upstream) = (app, upstream);

    /// <summary>The server's address by way of this proxy, path included.</summary>
    public string Address { get; private set; } = "";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> VariablesOf(string name) => [KeyValuePair.Create(name, Address)];

    /// <inheritdoc/>
    public Fault Fault
    {
        get => _fault;
        set => _fault = value;
    }

    public static async Task<HttpFaultProxy> StartAsync(Uri address, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        var proxy = new HttpFaultProxy(builder.Build(), address);
        proxy._app.Run(proxy.ServeAsync);
        await proxy._app.StartAsync(cancellationToken).ConfigureAwait(false);
        var bound = proxy._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        proxy.Address = bound + (address.AbsolutePath == "/" ? "" : address.AbsolutePath);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync().ConfigureAwait(false);
        _server.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var fault = Fault;
        var what = fault.Next(onlyReads: context.Request.Method is "GET" or "HEAD");
        try
        {
            if (what == FaultKind.Throttled)
            {
                context.Response.StatusCode = fault.Struck % 2 == 0 ? Busy : Throttled;
                context.Response.Headers.RetryAfter = "1";
                return;
            }

            using var request = RequestTo(context);
            using var answer = await _server.SendAsync(request, context.RequestAborted).ConfigureAwait(false);
            switch (what)
            {
                case FaultKind.Slow:
                    await Task.Delay(Delay, context.RequestAborted).ConfigureAwait(false);
                    break;
                case FaultKind.Silent:
                    await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(false);
                    break;
                case FaultKind.AnswerLost:
                    context.Abort();
                    return;
            }

            await AnswerAsync(context, answer).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The plugin has hung up, as it may.
        }
        catch (HttpRequestException)
        {
            // The server is not there: that is what the plugin shall see.
            context.Abort();
        }
    }

    private HttpRequestMessage RequestTo(HttpContext context)
    {
        // As it came: what is signed must not be written in another way.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var address = new Uri(_upstream.GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), address) { Version = HttpVersion.Version11 };
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(context.Request.Body);
        else if (context.Request.ContentLength is 0)
            request.Content = new ByteArrayContent([]);
        foreach (var (name, values) in context.Request.Headers.Where(header => !OfTheConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return request;
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage answer)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        if (answer.ReasonPhrase is { } reason)
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = reason;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !OfTheConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
            context.Response.Headers.Append(name, values.ToArray());
        if (context.Request.Method != "HEAD" && answer.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified))
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
