using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Formae.Embedded.Functions;

/// <summary>The request of an invocation in the worker's own types.</summary>
internal sealed class HttpCall : IHttpRequestDataFeature
{
    /// <summary>Where the items of an invocation hold the request's HttpContext.</summary>
    public const string ContextKey = "HttpRequestContext";

    private HttpRequestData? _request;

    public ValueTask<HttpRequestData?> GetHttpRequestDataAsync(FunctionContext context) => new(_request ??= Of(context));

    private static KestrelRequestData Of(FunctionContext context) => new(context, (HttpContext)context.Items[ContextKey]);
}
