using Formae.Embedded.Functions;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextExtensions
{
    /// <summary>The ASP.NET Core context of the request; null when the function has another trigger.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Items.TryGetValue(HttpCall.ContextKey, out var http) ? http as HttpContext : null;
    }
}
