using System.Diagnostics;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;
using Formae.Telemetry;

namespace Formae.Coordination.Commands;

/// <summary>The spans of a command: its context is stored in its row, and whoever works for it later goes on from there.</summary>
internal static class CommandSpans
{
    /// <summary>The command begins: from here on the tree is that of the row, whichever process goes on.</summary>
    public static Activity? Open(CommandRecord command) => !Spans.AreRecorded ? null
        : Spans.Begin($"command {command.Kind}", ActivityKind.Producer)?.SetTag(Attributes.CommandId, command.CommandId).SetTag(Attributes.CommandKind, command.Kind);

    /// <summary>One step of the command as a whole.</summary>
    public static Activity? Step(CommandRecord command, string step) =>
        Spans.Continue(command.TraceParent, step)?.SetTag(Attributes.CommandId, command.CommandId);

    /// <summary>A group begins to be walked.</summary>
    public static Activity? OpenGroup(CommandRecord command, int group) =>
        Spans.Continue(command.TraceParent, "group")?.SetTag(Attributes.CommandId, command.CommandId).SetTag(Attributes.Group, group);

    /// <summary>How long the command took in all, and what came of it.</summary>
    public static void Ended(CommandRecord command, string state, int updates, DateTimeOffset at)
    {
        if (!Spans.AreRecorded)
            return;
        using var span = Spans.Ended(command.TraceParent, command.Kind, command.StartedAt, at);
        span?.SetTag(Attributes.CommandId, command.CommandId).SetTag(Attributes.CommandKind, command.Kind).SetTag(Attributes.CommandState, state).SetTag(Attributes.Count, updates);
        if (state == States.Failed)
            span.Fail(state);
    }
}
