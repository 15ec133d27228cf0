using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Formae.Embedded.Functions;

/// <summary>
/// The span of an HTTP invocation. The real worker makes one from a source of this name, with the caller's as its parent; so does this host. What the web server
/// below notes of its own for the log is no parent, because nobody records it.
/// </summary>
internal static class HttpTrace
{
    private static readonly ActivitySource Source = new("Microsoft.Azure.Functions.Worker");

    public static Activity? Start(HttpContext http, FunctionDescriptor function, string route)
    {
        if (!Source.HasListeners())
            return null;
        var request = http.Request;
        _ = ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var caller);
        Activity.Current = null;
        return Source.StartActivity($"{request.Method} {route}", ActivityKind.Server, caller)
            ?.SetTag("http.request.method", request.Method)
            .SetTag("http.route", route)
            .SetTag("url.path", request.Path.Value)
            .SetTag("faas.name", function.Name);
    }

    public static void End(Activity? span, HttpContext http)
    {
        if (span is null)
            return;
        span.SetTag("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
        span.Dispose();
    }
}
