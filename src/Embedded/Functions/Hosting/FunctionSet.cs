using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Formae.Embedded.Functions;

/// <summary>All functions of an app, found, checked and made ready.</summary>
internal sealed class FunctionSet
{
    private FunctionSet(AppRuntime app, IReadOnlyList<CompiledFunction> functions) => (App, Functions) = (app, functions);

    public AppRuntime App { get; }

    public IReadOnlyList<CompiledFunction> Functions { get; }

    public bool NeedsMvc => Functions.Any(function => function.Trigger is HttpTriggerBinding && HttpResults.NeedsMvc(function.Definition));

    /// <exception cref="StartupException">Functions that cannot run; the message tells of all of them.</exception>
    public static FunctionSet Load(IEnumerable<Type> types, AppSettings settings, HostJson host, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        var app = new AppRuntime(host.DurableTask.HubName);
        var problems = new StartupProblems();
        var functions = new Dictionary<string, CompiledFunction>(StringComparer.OrdinalIgnoreCase);
        foreach (var method in FunctionFinder.MethodsIn(types))
        {
            problems.Try(() =>
            {
                var definition = FunctionDescriptor.Of(method);
                if (functions.TryGetValue(definition.Name, out var other))
                    throw new StartupException($"{definition}: another function has this name: {other.Definition.EntryPoint}.");
                var trigger = TriggerOf(definition, definition.Trigger, settings, host);
                app.UsesDurableTask |= trigger is DurableBinding;
                functions.Add(definition.Name, new CompiledFunction(definition, trigger, app, middleware));
            });
        }

        problems.ThrowIfAny();
        return new FunctionSet(app, [.. functions.Values]);
    }

    private static TriggerBinding TriggerOf(FunctionDescriptor function, TriggerBindingAttribute trigger, AppSettings settings, HostJson host) => trigger switch
    {
        HttpTriggerAttribute http => new HttpTriggerBinding(function, http, host.RoutePrefix),
        ServiceBusTriggerAttribute bus => new ServiceBusTriggerBinding(function, bus, settings, host.ServiceBus),
        TimerTriggerAttribute timer => new TimerTriggerBinding(function, timer, settings),
        OrchestrationTriggerAttribute orchestration => new OrchestrationBinding(orchestration),
        ActivityTriggerAttribute activity => new ActivityBinding(activity),
        EntityTriggerAttribute entity => new EntityBinding(entity),
        _ => throw new StartupException($"{function}: parameter '{function.TriggerParameter.Name}' has {trigger.GetType().Name}, which the embedded host does not know; it knows {TriggerBinding.Supported}."),
    };
}
