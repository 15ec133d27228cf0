using Formae.Protocol.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Formae.Coordinator.Http;

/// <summary>
/// Answers what no function answers in the shape of the API: another path, or another method. It stands in the app's own web server. On Azure the platform knows the routes, and such a request does not get
/// as far as the app.
/// </summary>
internal sealed class UnknownRoutes : IStartupFilter
{
    private const int LongestPath = 200;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(AnswerAsync);
        next(app);
    };

    internal static async Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);

        // A function's own 404 is none of this: functions have routes.
        if (http.Response.HasStarted || http.GetEndpoint() is RouteEndpoint)
            return;
        var code = http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => ErrorCodes.UnknownRoute,
            StatusCodes.Status405MethodNotAllowed => ErrorCodes.MethodNotAllowed,
            _ => null,
        };
        if (code is not null)
            await Answers.Error(code, MessageOf(code, http)).ExecuteAsync(http);
    }

    private static string MessageOf(string code, HttpContext http)
    {
        var path = http.Request.Path.Value is { Length: > 0 } written ? written : "/";
        var shown = path.Length > LongestPath ? path[..LongestPath] + "…" : path;
        return code == ErrorCodes.MethodNotAllowed
            ? $"{shown} is there for {http.Response.Headers.Allow}, and not for {http.Request.Method}."
            : $"There is nothing at {shown}. The API is below /api/v1, and /api/v1/openapi.json describes it.";
    }
}
