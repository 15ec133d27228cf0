using System.Reflection;
using Formae.Embedded.DurableTask;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Formae.Embedded.Functions;

/// <summary>A trigger whose functions the task hub calls.</summary>
internal abstract class DurableBinding : TriggerBinding
{
    public abstract void Register(CompiledFunction function, TaskHubRegistry registry);
}

internal sealed class OrchestrationBinding(OrchestrationTriggerAttribute trigger) : DurableBinding
{
    public override string SupportedParameters => "[OrchestrationTrigger] TaskOrchestrationContext; one parameter for the input";

    protected override bool MayUseDurableClient => false;

    public override void Register(CompiledFunction function, TaskHubRegistry registry) =>
        registry.AddOrchestrator(trigger.Orchestration ?? function.Definition.Name, context => RunAsync(function, context));

    public override ParameterBinder? Bind(ParameterInfo parameter, bool isTrigger)
    {
        var type = parameter.ParameterType;
        if (type == typeof(TaskOrchestrationContext))
            return invocation => new(invocation.Trigger);
        return isTrigger ? null : invocation => new(ReadInput((TaskOrchestrationContext)invocation.Trigger, type));
    }

    public override IReadOnlyDictionary<string, object?> DataOf(InvocationContext invocation) =>
        new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = ((TaskOrchestrationContext)invocation.Trigger).InstanceId };

    private static object? ReadInput(TaskOrchestrationContext context, Type type) => OrchestrationInput.Serialized(context) is null
        ? type.IsValueType ? Activator.CreateInstance(type) : null
        : OrchestrationInput.Read(context, type);

    /// <summary>Only durable tasks are awaited here: the orchestrator's code runs on its own thread of execution.</summary>
    private static async Task<object?> RunAsync(CompiledFunction function, TaskOrchestrationContext context)
    {
        await using var invocation = new InvocationContext(function, context, CancellationToken.None);
        await function.InvokeAsync(invocation);
        return invocation.Result;
    }
}

internal sealed class ActivityBinding(ActivityTriggerAttribute trigger) : DurableBinding
{
    private const string InstanceId = "instanceId";

    public override string SupportedParameters => "[ActivityTrigger] the input; string instanceId";

    public override void Register(CompiledFunction function, TaskHubRegistry registry) =>
        registry.AddActivity(trigger.Activity ?? function.Definition.Name, activity => RunAsync(function, activity));

    public override ParameterBinder? Bind(ParameterInfo parameter, bool isTrigger)
    {
        var type = parameter.ParameterType;
        if (isTrigger)
            return type == typeof(FunctionContext) ? invocation => new(invocation) : invocation => new(ReadInput((ActivityInvocation)invocation.Trigger, type));
        return type == typeof(string) && parameter.Name == InstanceId ? invocation => new(((ActivityInvocation)invocation.Trigger).InstanceId) : null;
    }

    public override IReadOnlyDictionary<string, object?> DataOf(InvocationContext invocation) =>
        new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { [InstanceId] = ((ActivityInvocation)invocation.Trigger).InstanceId };

    private static object? ReadInput(ActivityInvocation activity, Type type) => activity.Input is null
        ? type.IsValueType ? Activator.CreateInstance(type) : null
        : activity.ReadInput(type);

    private static async Task<object?> RunAsync(CompiledFunction function, ActivityInvocation activity)
    {
        await using var invocation = new InvocationContext(function, activity, activity.CancellationToken);
        await function.InvokeAsync(invocation);
        return invocation.Result;
    }
}

internal sealed class EntityBinding(EntityTriggerAttribute trigger) : DurableBinding
{
    public override string SupportedParameters => "[EntityTrigger] TaskEntityDispatcher";

    public override void Register(CompiledFunction function, TaskHubRegistry registry) =>
        registry.AddEntity(trigger.EntityName ?? function.Definition.Name, (dispatcher, cancellationToken) => RunAsync(function, dispatcher, cancellationToken));

    public override ParameterBinder? Bind(ParameterInfo parameter, bool isTrigger) =>
        isTrigger && parameter.ParameterType == typeof(TaskEntityDispatcher) ? BindDispatcher : null;

    public override IReadOnlyDictionary<string, object?> DataOf(InvocationContext invocation) => new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
    {
        ["instanceId"] = ((TaskEntityDispatcher)invocation.Trigger).Id.ToString(),
    };

    private static ValueTask<object?> BindDispatcher(InvocationContext invocation)
    {
        var dispatcher = (TaskEntityDispatcher)invocation.Trigger;
        dispatcher.Services = invocation.InstanceServices;
        return new(dispatcher);
    }

    private static async Task RunAsync(CompiledFunction function, TaskEntityDispatcher dispatcher, CancellationToken cancellationToken)
    {
        await using var invocation = new InvocationContext(function, dispatcher, cancellationToken);
        await function.InvokeAsync(invocation);
    }
}
