using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;

namespace Formae.Embedded.DurableTask;

/// <summary>The code of a hub, by name (without regard to case). Complete before the hub is opened.</summary>
internal sealed class TaskHubRegistry
{
    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<object?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<ActivityInvocation, Task<object?>>> _activities = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<TaskEntityDispatcher, CancellationToken, Task>> _entities = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="name">The orchestrator's name.</param>
    /// <param name="body">Runs on the orchestrator's own thread of execution: it may await durable tasks only.</param>
    public void AddOrchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> body) => _orchestrators.Add(name, body);

    public void AddActivity(string name, Func<ActivityInvocation, Task<object?>> body) => _activities.Add(name, body);

    /// <param name="name">The entity's name.</param>
    /// <param name="body">Called once for a batch of waiting operations; it dispatches them to the entity's code.</param>
    public void AddEntity(string name, Func<TaskEntityDispatcher, CancellationToken, Task> body) => _entities.Add(name, body);

    internal Func<TaskOrchestrationContext, Task<object?>>? Orchestrator(string name) => _orchestrators.GetValueOrDefault(name);

    internal Func<ActivityInvocation, Task<object?>>? Activity(string name) => _activities.GetValueOrDefault(name);

    internal Func<TaskEntityDispatcher, CancellationToken, Task>? Entity(string name) => _entities.GetValueOrDefault(name);
}

/// <summary>One run of an activity.</summary>
internal sealed class ActivityInvocation(string name, string instanceId, int taskId, string version, string? input, DataConverter converter, CancellationToken cancellationToken)
{
    public string Name { get; } = name;

    /// <summary>The orchestration that called it.</summary>
    public string InstanceId { get; } = instanceId;

    public int TaskId { get; } = taskId;

    /// <summary>The version of the orchestration that called it.</summary>
    public string Version { get; } = version;

    /// <summary>The input as JSON; null when there is none.</summary>
    public string? Input { get; } = input;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public T? ReadInput<T>() => converter.Deserialize<T>(Input);

    public object? ReadInput(Type type) => converter.Deserialize(Input, type);
}

/// <summary>The input of an orchestration as the host that binds parameters needs it.</summary>
internal interface IOrchestrationInput
{
    string? SerializedInput { get; }

    object? ReadInput(Type type);
}

internal static class OrchestrationInput
{
    /// <summary>The input of <paramref name="context"/> as JSON; null when there is none.</summary>
    public static string? Serialized(TaskOrchestrationContext context) => Of(context).SerializedInput;

    public static object? Read(TaskOrchestrationContext context, Type type) => Of(context).ReadInput(type);

    private static IOrchestrationInput Of(TaskOrchestrationContext context) => context as IOrchestrationInput
        ?? throw new ArgumentException($"{context.GetType()} is not a context of the embedded task hub.", nameof(context));
}
