using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Embedded.Functions;

internal sealed class TimerTriggerBinding : TriggerBinding
{
    /// <exception cref="StartupException">The schedule is wrong or its setting is missing.</exception>
    public TimerTriggerBinding(FunctionDescriptor function, TimerTriggerAttribute trigger, AppSettings settings)
    {
        RunsOnStartup = trigger.RunOnStartup;
        try
        {
            Schedule = Schedule.Parse(settings.Resolve(trigger.Schedule, function)!);
        }
        catch (FormatException e)
        {
            throw new StartupException($"{function}: the schedule is wrong: {e.Message}.", e);
        }
    }

    public Schedule Schedule { get; }

    public bool RunsOnStartup { get; }

    public override string SupportedParameters => "[TimerTrigger] TimerInfo";

    public override ParameterBinder? Bind(ParameterInfo parameter, bool isTrigger) =>
        isTrigger && parameter.ParameterType == typeof(TimerInfo) ? invocation => new(invocation.Trigger) : null;

    public override IReadOnlyDictionary<string, object?> DataOf(InvocationContext invocation) => new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
}
