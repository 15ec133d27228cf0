using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Cli.CommandLine;
using Formae.Cli.Output;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Histories;

internal static class DriftVerb
{
    public static System.CommandLine.Command Build(CliContext context)
    {
        var name = new Argument<string?>("STACK") { Description = "Default: every stack.", Arity = ArgumentArity.ZeroOrOne };
        var fail = new Option<bool>("--fail") { Description = "End with exit code 1 when something was changed." };
        var command = new System.CommandLine.Command("drift", "Shows what others did to a stack since its last reconcile, as far as it was seen: formae sync looks.") { name, fail };
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            IReadOnlyList<string> stacks = result.GetValue(name) is { Length: > 0 } one
                ? [one]
                : [.. (await session.Client.GetStacksAsync(session.Cancellation)).Select(stack => stack.Label).Order(StringComparer.Ordinal)];
            var drifts = new Dictionary<string, StackDrift>(StringComparer.Ordinal);
            foreach (var stack in stacks)
                drifts.Add(stack, await session.Client.GetDriftAsync(stack, session.Cancellation));
            if (session.Format != OutputFormat.Human)
                WriteForPrograms(session, drifts);
            else if (drifts.Count == 0)
                session.Terminal.Out.WriteLine("No stacks.");
            foreach (var (stack, drift) in session.Format == OutputFormat.Human ? drifts : [])
                HistoryView.Write(session.Terminal.Out, stack, drift);
            return result.GetValue(fail) && drifts.Values.Any(drift => drift.ModifiedResources.Count > 0) ? ExitCode.Failed : ExitCode.Ok;
        });
        return command;
    }

    // As a rejected reconcile tells it.
    private static void WriteForPrograms(Session session, Dictionary<string, StackDrift> drifts)
    {
        var stacks = new JsonObject();
        foreach (var (stack, drift) in drifts)
            stacks[stack] = JsonSerializer.SerializeToNode(drift, HttpJson.Default.StackDrift);
        using var json = JsonDocument.Parse(new JsonObject { ["ModifiedStacks"] = stacks }.ToJsonString());
        MachineOutput.Write(session.Terminal.RawOut, session.Format, json.RootElement);
    }
}
