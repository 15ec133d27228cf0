using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

/// <summary>One HTTP function behind its route.</summary>
internal sealed partial class HttpEndpoint(CompiledFunction function, HttpTriggerBinding trigger, HttpResults results, FunctionKeys? keys, ILogger logger)
{
    private readonly string _route = trigger.Route.RawText ?? "";

    public async Task HandleAsync(HttpContext http)
    {
        if (keys is not null && !keys.Allows(http.Request, trigger.Level, function.Definition.Name))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var span = HttpTrace.Start(http, function.Definition, _route);
        await using var invocation = new InvocationContext(function, http, http.RequestAborted);
        try
        {
            await function.InvokeAsync(invocation);
            await results.SendAsync(http, invocation);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            LogAborted(logger, function.Definition.Name);
        }
        catch (BadHttpRequestException e)
        {
            Fail(http, e.StatusCode);
        }
        catch (BadRequestException e)
        {
            LogRefused(logger, function.Definition.Name, e.Message);
            Fail(http, StatusCodes.Status400BadRequest);
        }
        catch (Exception e)
        {
            LogFailed(logger, e, function.Definition.Name, invocation.InvocationId);
            Fail(http, StatusCodes.Status500InternalServerError);
        }
        finally
        {
            HttpTrace.End(span, http);
        }
    }

    /// <summary>Nothing of the exception goes to the caller. An answer half sent is cut off: the caller must not take it for whole.</summary>
    private static void Fail(HttpContext http, int status)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = status;
    }
}
