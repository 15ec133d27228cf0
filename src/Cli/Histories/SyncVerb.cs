using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Output;
using Formae.Cli.Terminals;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Histories;

internal static class SyncVerb
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(1);

    public static System.CommandLine.Command Build(CliContext context)
    {
        var detach = new Option<bool>("--detach") { Description = "Do not wait for the end." };
        var command = new System.CommandLine.Command("sync", "Looks at every resource in its cloud and takes note of what others changed or deleted.") { detach };
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var progress = await session.Client.SynchronizeAsync(session.Cancellation);
            if (!result.GetValue(detach))
                progress = await FollowAsync(session, progress);
            if (session.Format != OutputFormat.Human)
                MachineOutput.Write(session.Terminal.RawOut, session.Format, progress, HttpJson.Default.SynchronizationProgress);
            else if (progress.State == States.InProgress)
                session.Terminal.Out.WriteLine("It runs.");
            else
                WriteEnd(session.Terminal.Out, progress);
            return progress.State == States.Failed ? ExitCode.Failed : ExitCode.Ok;
        });
        return command;
    }

    private static async Task<SynchronizationProgress> FollowAsync(Session session, SynchronizationProgress progress)
    {
        var shown = 0;
        for (var pause = First; progress.State == States.InProgress; pause = pause * 1.25 < Slowest ? pause * 1.25 : Slowest)
        {
            if (session.Format == OutputFormat.Human && progress.Done > shown)
                session.Terminal.Out.WriteLine($"{shown = progress.Done} of {progress.Total} looked at …");
            await Task.Delay(pause, session.Time, session.Cancellation);

            // Another one may have begun since: then this one is over, and the numbers are those of the later.
            progress = await session.Client.GetSynchronizationAsync(session.Cancellation);
        }

        return progress;
    }

    private static void WriteEnd(IAnsiConsole console, SynchronizationProgress progress)
    {
        console.MarkupLine(progress.State == States.Failed ? "[red]Failed[/]: the synchronisation broke off." : $"{progress.Done} looked at: {progress.Changed} changed, {progress.Gone} gone{Literal.Of(Rest(progress))}.");
        if (progress.Changed + progress.Gone > 0)
            console.WriteLine("To see what: formae drift");
    }

    private static string Rest(SynchronizationProgress progress) =>
        $"{(progress.Skipped == 0 ? "" : $", {progress.Skipped} left alone (a command works there, or no plugin is there)")}{(progress.Failed == 0 ? "" : $", {progress.Failed} could not be read")}";
}
