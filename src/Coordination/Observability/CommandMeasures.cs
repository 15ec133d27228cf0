using System.Diagnostics;
using System.Diagnostics.Metrics;
using Formae.Coordination.Storage;
using Formae.Telemetry;

namespace Formae.Coordination.Observability;

/// <summary>How commands are taken in and how they end.</summary>
internal static class CommandMeasures
{
    private static readonly Histogram<double> Steps = Measures.Times("formae.intake.duration", "How long a step of the intake of a command took.");

    private static readonly Histogram<double> Commands = Measures.Times("formae.command.duration", "From the start of a command to its end.");

    public static long BeginStep() => Measures.Begin(Steps);

    /// <param name="step">read, plan or store.</param>
    /// <param name="kind">What the command does.</param>
    /// <param name="begun">When the step began.</param>
    public static void EndStep(string step, string kind, long begun)
    {
        if (begun != 0)
            Steps.RecordSince(begun, new TagList { { Attributes.Step, step }, { Attributes.CommandKind, kind } });
    }

    public static void Ended(CommandRecord command, string state, DateTimeOffset at)
    {
        if (Commands.Enabled)
            Commands.Record((at - command.StartedAt).TotalSeconds, new TagList { { Attributes.CommandKind, command.Kind }, { Attributes.CommandState, state } });
    }
}
