using Formae.Coordination;
using Formae.Coordinator.Http.Description;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Http.Access;

/// <summary>
/// Around every HTTP function: asks the gate first, and answers in the API's own shape when the function fails. Only for HTTP functions (see Program): what
/// queues, timers and orchestrations trigger has no caller.
/// </summary>
internal sealed partial class AccessControl(AccessGate gate, ILogger<AccessControl> logger) : IFunctionsWorkerMiddleware
{
    /// <summary>Tells whether an invocation is one of an HTTP function.</summary>
    public static bool Concerns(FunctionContext context) => HttpApi.Functions.ContainsKey(context.FunctionDefinition.Name);

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var http = context.GetHttpContext() ?? throw new InvalidOperationException($"{context.FunctionDefinition.Name} has no HttpContext.");
        try
        {
            if (await gate.CheckAsync(http, HttpApi.Functions[context.FunctionDefinition.Name]) is { } refusal)
                context.GetInvocationResult().Value = refusal;
            else
                await next(context);
        }
        catch (Exception e) when (e is not BadHttpRequestException && !(e is OperationCanceledException && http.RequestAborted.IsCancellationRequested) && !http.Response.HasStarted)
        {
            context.GetInvocationResult().Value = AnswerTo(e, context);
        }
    }

    private IResult AnswerTo(Exception failure, FunctionContext context)
    {
        if (failure.IsPassing())
        {
            LogUnreachable(failure, context.FunctionDefinition.Name, context.InvocationId);
            return Answers.Error(ErrorCodes.StorageUnavailable, $"The control plane does not reach its storage or its bus now. The log has it under {context.InvocationId}.");
        }

        LogFailed(failure, context.FunctionDefinition.Name, context.InvocationId);
        return Answers.Error(ErrorCodes.InternalError, $"Something went wrong that should not. The log has it under {context.InvocationId}.");
    }

    [LoggerMessage(EventId = 2204, Level = LogLevel.Error, Message = "{Function} failed ({InvocationId})")]
    private partial void LogFailed(Exception exception, string function, string invocationId);

    [LoggerMessage(EventId = 2205, Level = LogLevel.Warning, Message = "{Function} did not get through to storage or bus ({InvocationId})")]
    private partial void LogUnreachable(Exception exception, string function, string invocationId);
}
