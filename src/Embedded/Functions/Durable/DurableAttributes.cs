using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The function is an orchestrator; the parameter is a TaskOrchestrationContext.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OrchestrationTriggerAttribute : TriggerBindingAttribute
{
    public OrchestrationTriggerAttribute()
    {
    }

    /// <summary>Default: the function's name.</summary>
    public string? Orchestration { get; set; }
}

/// <summary>The function is an activity; the parameter is its input.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ActivityTriggerAttribute : TriggerBindingAttribute
{
    public ActivityTriggerAttribute()
    {
    }

    /// <summary>Default: the function's name.</summary>
    public string? Activity { get; set; }
}

/// <summary>The function serves the entities of one name; the parameter is a TaskEntityDispatcher.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class EntityTriggerAttribute : TriggerBindingAttribute
{
    public EntityTriggerAttribute()
    {
    }

    /// <summary>Default: the function's name.</summary>
    public string? EntityName { get; set; }
}

/// <summary>The parameter is the DurableTaskClient of the app's task hub.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class DurableClientAttribute : InputBindingAttribute
{
    public DurableClientAttribute()
    {
    }

    /// <summary>Must be the hub of host.json when it is given: an embedded app has one hub.</summary>
    public string? TaskHub { get; set; }

    /// <summary>Kept for source compatibility.</summary>
    public string? ConnectionName { get; set; }
}
