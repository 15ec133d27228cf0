using System.Diagnostics;
using Formae.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Formae.Coordinator.Http;

/// <summary>Goes on with the caller's trace where the worker has begun no span of its own for an invocation: the host hands the context on beside it.</summary>
internal sealed class InvocationTrace : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        using var span = Activity.Current is null ? Spans.Continue(context.TraceContext.TraceParent, $"function {context.FunctionDefinition.Name}", ActivityKind.Server) : null;
        await next(context);
    }
}
