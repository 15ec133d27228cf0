using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.Functions;

/// <summary>Gives the value of one parameter for one invocation.</summary>
internal delegate ValueTask<object?> ParameterBinder(InvocationContext invocation);

/// <summary>One kind of trigger: what its functions may take as parameters.</summary>
internal abstract class TriggerBinding
{
    public const string Supported = "[HttpTrigger], [ServiceBusTrigger], [TimerTrigger], [OrchestrationTrigger], [ActivityTrigger] or [EntityTrigger]";

    /// <summary>What the trigger's parameter and the parameters beside it may be, for people.</summary>
    public abstract string SupportedParameters { get; }

    /// <summary>The binder of a parameter; null when this trigger cannot give it.</summary>
    public abstract ParameterBinder? Bind(ParameterInfo parameter, bool isTrigger);

    public abstract IReadOnlyDictionary<string, object?> DataOf(InvocationContext invocation);

    public virtual IDictionary<object, object> ItemsOf(InvocationContext invocation) => new Dictionary<object, object>();

    public virtual void AddFeatures(InvocationFeatures features)
    {
    }

    /// <summary>An orchestrator must not touch the world; what it may have is in its context.</summary>
    protected virtual bool MayUseDurableClient => true;

    /// <exception cref="StartupException">A parameter cannot be bound; the message names it and what is supported.</exception>
    public ParameterBinder[] BindAll(FunctionDescriptor function, AppRuntime app) =>
        [.. function.Method.GetParameters().Select(parameter => BindOne(function, parameter, app))];

    private ParameterBinder BindOne(FunctionDescriptor function, ParameterInfo parameter, AppRuntime app)
    {
        var isTrigger = parameter == function.TriggerParameter;
        if (!isTrigger && parameter.ParameterType == typeof(FunctionContext))
            return invocation => new(invocation);
        if (!isTrigger && parameter.ParameterType == typeof(CancellationToken))
            return invocation => new(invocation.CancellationToken);
        if (parameter.GetCustomAttribute<DurableClientAttribute>() is { } durable)
            return BindClient(function, parameter, durable, app);
        return Bind(parameter, isTrigger) ?? throw new StartupException(
            $"{function}: parameter '{parameter.Name}' of type {parameter.ParameterType} cannot be bound. Supported here: {SupportedParameters}; FunctionContext; CancellationToken"
            + (MayUseDurableClient ? "; [DurableClient] DurableTaskClient." : "."));
    }

    private ParameterBinder BindClient(FunctionDescriptor function, ParameterInfo parameter, DurableClientAttribute durable, AppRuntime app)
    {
        if (!MayUseDurableClient)
            throw new StartupException($"{function}: parameter '{parameter.Name}' asks for [DurableClient], which an orchestrator must not use; its context has what it needs.");
        if (parameter.ParameterType != typeof(DurableTaskClient))
            throw new StartupException($"{function}: parameter '{parameter.Name}' with [DurableClient] must be a DurableTaskClient, not {parameter.ParameterType}.");
        if (durable.TaskHub is { } hub && !string.Equals(hub, app.HubName, StringComparison.OrdinalIgnoreCase))
            throw new StartupException($"{function}: parameter '{parameter.Name}' asks for the task hub '{hub}', but this app's hub is '{app.HubName}' (host.json) and an embedded app has one.");
        app.UsesDurableTask = true;
        return _ => new(app.Client);
    }
}
