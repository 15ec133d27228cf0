using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Formae.Embedded.Functions;

/// <summary>Makes a parameter with [FromBody] of the request's JSON.</summary>
internal static class BodyReader
{
    /// <exception cref="BadRequestException">The body is missing or does not fit.</exception>
    public static async ValueTask<object?> ReadAsync(InvocationContext invocation, Type type)
    {
        var http = (HttpContext)invocation.Trigger;
        if (http.Request.ContentLength == 0)
            throw new BadRequestException("The request has no body.");
        var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        try
        {
            return await JsonSerializer.DeserializeAsync(http.Request.Body, type, options, http.RequestAborted)
                ?? throw new BadRequestException("The request's body is null.");
        }
        catch (JsonException e)
        {
            throw new BadRequestException($"The request's body does not fit at '{e.Path}'.", e);
        }
    }
}

/// <summary>The caller is wrong; the answer is 400. The message names places in the request, never its values.</summary>
internal sealed class BadRequestException(string message, Exception? innerException = null) : Exception(message, innerException);
