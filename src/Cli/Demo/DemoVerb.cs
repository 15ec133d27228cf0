using System.CommandLine;
using System.Diagnostics;
using Formae.Cli.CommandLine;
using Formae.Cli.Terminals;
using Formae.Cli.Up;
using Formae.Cli.Watching;
using Spectre.Console;

namespace Formae.Cli.Demo;

internal static class DemoVerb
{
    public static Command Build(CliContext context)
    {
        var data = new Option<string?>("--data") { Description = "Keep everything here; must be empty or missing. Default: a temporary folder.", HelpName = "DIR" };
        var keep = new Option<bool>("--keep") { Description = "Leave the folder behind, and say where it is." };
        var command = new Command("demo", "Starts a control plane of its own, walks through a web shop's life, and leaves nothing behind.") { data, keep };
        command.SetAction((result, cancellation) => Verb.GuardAsync(context, () => RunAsync(context, result.GetValue(data), result.GetValue(keep), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, string? data, bool keep, CancellationToken cancellation)
    {
        var terminal = context.Terminal;
        if (data is not null && Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any())
            throw new UsageException($"--data: {data} is not empty, and the demo would mix its own things into it.");
        var folder = data is null ? Directory.CreateTempSubdirectory("formae-demo-").FullName : Directory.CreateDirectory(Path.GetFullPath(data)).FullName;
        var clock = Stopwatch.StartNew();
        try
        {
            var exit = await WalkAsync(context, folder, cancellation);
            terminal.Out.WriteLine($"The demo took {UpdateText.Format(clock.Elapsed)}.");
            return exit;
        }
        finally
        {
            if (keep)
                terminal.Out.WriteLine($"Everything is kept in {folder}; 'formae up --data {Path.Combine(folder, "control-plane")}' goes on with it.");
            else
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> WalkAsync(CliContext context, string folder, CancellationToken cancellation)
    {
        var terminal = context.Terminal;
        var world = Directory.CreateDirectory(Path.Combine(folder, "world")).FullName;
        var shop = Webshop.Load(Webshop.Sample);
        shop.SetTarget("here", "Root", world);
        terminal.Out.MarkupLine("[bold]formae demo[/]");
        terminal.Out.WriteLine("Starts a control plane with two plugins on this machine and applies samples/webshop/webshop.yaml.");
        terminal.Out.WriteLine($"One value of the sample cannot be known beforehand: the Root of its target 'here'. The demo writes {world} into a copy.");

        var clock = Stopwatch.StartNew();
        await using var plane = await ControlPlane.StartAsync(new ControlPlaneOptions { Data = Path.Combine(folder, "control-plane"), Port = 0 }, cancellation);
        terminal.Out.WriteLine($"Ready after {UpdateText.Format(clock.Elapsed)}: {string.Join(", ", plane.Ready.Processes.Select(process => $"{process.Name} (process {process.ProcessId})"))}.");

        using var session = new Session(context, new Uri(plane.Ready.Address), key: null, cancellation);
        var steps = new DemoSteps(session, shop, Path.Combine(folder, "webshop.yaml"));
        var exit = await Verb.GuardAsync(session, async () =>
        {
            await steps.RunAsync();
            return steps.Surprises.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
        });

        terminal.Out.WriteLine();
        terminal.Out.MarkupLine(exit == ExitCode.Ok ? "[green]Every step came out as it should.[/]" : $"[red]{steps.Surprises.Count} of the steps' outcomes were not what they should be.[/]");
        foreach (var surprise in steps.Surprises)
            terminal.Out.MarkupLine($"  [red]{Literal.Of(surprise)}[/]");
        return exit;
    }
}
