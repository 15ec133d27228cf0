using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Formae.Embedded.Functions;

/// <summary>Sends what an HTTP function has returned.</summary>
internal sealed class HttpResults
{
    private static readonly ActionDescriptor NoAction = new();

    private readonly bool _isWebApplication;
    private readonly PropertyInfo? _httpResult;

    public HttpResults(FunctionDescriptor function, bool isWebApplication)
    {
        _isWebApplication = isWebApplication;
        var marked = ReturnedValue.TypeOf(function.Method).GetProperties().Where(property => property.IsDefined(typeof(HttpResultAttribute))).ToArray();
        if (marked.Length > 1)
            throw new StartupException($"{function}: the result has {marked.Length} properties with [HttpResult]; it may have one.");
        _httpResult = marked.SingleOrDefault();
    }

    /// <summary>Whether the function can only be answered with the services of MVC.</summary>
    public static bool NeedsMvc(FunctionDescriptor function)
    {
        var type = ReturnedValue.TypeOf(function.Method);
        return typeof(IActionResult).IsAssignableFrom(type) || type == typeof(object)
            || type.GetProperties().Any(property => property.IsDefined(typeof(HttpResultAttribute)) && typeof(IActionResult).IsAssignableFrom(property.PropertyType));
    }

    public Task SendAsync(HttpContext http, InvocationContext invocation)
    {
        var result = invocation.Result;
        if (_httpResult is not null && result is not null && _httpResult.DeclaringType!.IsInstanceOfType(result))
            result = _httpResult.GetValue(result);
        return result switch
        {
            KestrelResponseData response => response.SendAsync(http.Response, http.RequestAborted),
            null => SendNothing(http),
            string text => SendText(http, text),
            IResult typed => typed.ExecuteAsync(http),
            byte[] bytes => SendBytes(http, bytes),
            _ => _isWebApplication ? SendOfWebApplication(http, result) : SendJson(http, invocation, result),
        };
    }

    /// <summary>A method of its own, so that an app without MVC results never loads MVC.</summary>
    private static Task SendOfWebApplication(HttpContext http, object result) => result is IActionResult action
        ? action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), NoAction))
        : http.Response.WriteAsJsonAsync(result, result.GetType(), http.RequestServices.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions, http.RequestAborted);

    private Task SendNothing(HttpContext http)
    {
        if (!_isWebApplication && !http.Response.HasStarted)
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static Task SendText(HttpContext http, string text)
    {
        http.Response.ContentType ??= "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    private static async Task SendBytes(HttpContext http, byte[] bytes)
    {
        http.Response.ContentType ??= "application/octet-stream";
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static async Task SendJson(HttpContext http, InvocationContext invocation, object result)
    {
        if (result is HttpResponseData)
            throw new InvalidOperationException($"A response of type {result.GetType()} was not made by the request's CreateResponse.");
        http.Response.ContentType = "application/json; charset=utf-8";
        await WorkerJson.SerializerOf(invocation).SerializeAsync(http.Response.Body, result, result.GetType(), http.RequestAborted);
    }
}
