using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Embedded.Functions;

/// <summary>A function made ready to be called often: everything that reflection can tell was asked once.</summary>
internal sealed class CompiledFunction
{
    private readonly ParameterBinder[] _binders;
    private readonly MethodInvoker _method;
    private readonly Func<object?, ValueTask<object?>> _unwrap;
    private readonly FunctionExecutionDelegate? _pipeline;
    private readonly Type? _instanceType;
    private ObjectFactory? _makeInstance;

    public CompiledFunction(FunctionDescriptor definition, TriggerBinding trigger, AppRuntime app, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        Definition = definition;
        Trigger = trigger;
        App = app;
        _binders = trigger.BindAll(definition, app);
        _method = MethodInvoker.Create(definition.Method);
        _unwrap = ReturnedValue.UnwrapperOf(definition);
        _instanceType = definition.Method.IsStatic ? null : definition.Method.DeclaringType;
        if (middleware.Count > 0)
            _pipeline = middleware.Reverse().Aggregate((FunctionExecutionDelegate)ExecuteAsync, (next, wrap) => wrap(next));
    }

    public FunctionDescriptor Definition { get; }

    public TriggerBinding Trigger { get; }

    public AppRuntime App { get; }

    /// <summary>Runs the middleware and the function; the result is in the invocation.</summary>
    public Task InvokeAsync(InvocationContext invocation) => _pipeline is null ? RunAsync(invocation) : _pipeline(invocation);

    /// <summary>The end of the middleware chain. A middleware may hand on a context of its own; the invocation is what its features lead to.</summary>
    private Task ExecuteAsync(FunctionContext context) => RunAsync(context as InvocationContext ?? (InvocationContext)context.Features.Get<IResultFeature>()!);

    private async Task RunAsync(InvocationContext invocation)
    {
        var arguments = new object?[_binders.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = await _binders[i](invocation);
        if (_instanceType is null)
        {
            invocation.Result = await _unwrap(_method.Invoke(null, arguments.AsSpan()));
            return;
        }

        var instance = (_makeInstance ??= ActivatorUtilities.CreateFactory(_instanceType, []))(invocation.InstanceServices, null);
        try
        {
            invocation.Result = await _unwrap(_method.Invoke(instance, arguments.AsSpan()));
        }
        finally
        {
            if (instance is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else
                (instance as IDisposable)?.Dispose();
        }
    }
}
