using Formae.Embedded.Functions;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextLoggerExtensions
{
    public static ILogger<T> GetLogger<T>(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.InstanceServices.GetRequiredService<ILogger<T>>();
    }

    public static ILogger GetLogger(this FunctionContext context, string categoryName)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.InstanceServices.GetRequiredService<ILoggerFactory>().CreateLogger(categoryName);
    }
}

public static class FunctionContextHttpRequestExtensions
{
    /// <summary>The request; null when the function has another trigger.</summary>
    public static ValueTask<HttpRequestData?> GetHttpRequestDataAsync(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<IHttpRequestDataFeature>()?.GetHttpRequestDataAsync(context) ?? ValueTask.FromResult<HttpRequestData?>(null);
    }

    /// <summary>The response that the function has returned, if it was of this kind.</summary>
    public static HttpResponseData? GetHttpResponseData(this FunctionContext context) => context.GetInvocationResult().Value as HttpResponseData;
}

public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>What the function has returned; a middleware may replace it.</summary>
    public static InvocationResult GetInvocationResult(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ContextResult(Results(context));
    }

    /// <exception cref="InvalidOperationException">The result is of another type.</exception>
    public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ContextResult<T>(Results(context));
    }

    private static IResultFeature Results(FunctionContext context) => context.Features.Get<IResultFeature>()
        ?? throw new InvalidOperationException("This context belongs to no invocation of the embedded host.");
}
