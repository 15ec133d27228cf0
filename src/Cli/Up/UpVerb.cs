using System.CommandLine;
using System.Diagnostics;
using Formae.Cli.CommandLine;
using Formae.Cli.Watching;
using Formae.Embedded.Host;
using Spectre.Console;

namespace Formae.Cli.Up;

internal static class UpVerb
{
    public const int DefaultPort = 49684;

    public static Command Build(CliContext context)
    {
        var data = DataFolder.Option();
        var port = WholeNumber.Option("--port", "The port on 127.0.0.1; 0 is any free one.", least: 0, most: 65535, otherwise: DefaultPort);
        var readyFile = new Option<string?>("--ready-file") { Description = "Written as JSON when the coordinator serves and every plugin has announced itself.", HelpName = "FILE" };
        var plugin = new Option<string[]>("--plugin") { Description = "A further plugin app: the name of one that comes with formae (aws, azure, azurestorage, postgres), or the folder with its plugin.json. May be given more than once.", HelpName = "NAME|PATH" };
        var azurite = new Option<bool>("--azurite") { Description = "Keeps rows and payloads in Azurite instead of SQLite; npm installs it when it is first asked for. A data folder stays with the one that it began with." };
        var trace = new Option<string?>("--trace") { Description = "Every app adds its spans to this file; 'formae trace FILE' draws them.", HelpName = "FILE" };
        var log = new Option<string>("--log") { Description = "How the apps log: for people, or a JSON object a line.", HelpName = "text|json", DefaultValueFactory = _ => "text" }.AcceptOnlyFromAmong("text", "json");
        var command = new Command("up", "Runs the control plane on this machine: bus, coordinator, one process for each plugin.") { data, port, readyFile, plugin, azurite, trace, log };
        command.SetAction((result, cancellation) => Verb.GuardAsync(context, async () => await RunAsync(
            context,
            new ControlPlaneOptions
            {
                Data = DataFolder.Of(result.GetValue(data), context.Variable),
                Port = result.GetValue(port),
                Plugins = result.GetValue(plugin) ?? [],
                Azurite = result.GetValue(azurite) ? new AzuriteInstall(context).Prepare(cancellation) : null,
                ReadyFile = result.GetValue(readyFile) is { } path ? Path.GetFullPath(path) : null,
                TraceFile = result.GetValue(trace) is { Length: > 0 } file ? Path.GetFullPath(file) : null,
                LogsJson = result.GetValue(log) == "json",
                Log = names => result.GetValue(log) == "json"
                    ? new JsonLog(context.Terminal.RawError, context.Time).Write
                    : new MergedLog(context.Terminal.RawError, names, context.Terminal.HasColour).Write,
                Lost = text => context.Terminal.Out.MarkupLine($"[red]Crashed:[/] {Terminals.Literal.Of(text)}"),
            },
            cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ControlPlaneOptions options, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var terminal = context.Terminal;
        try
        {
            await using var plane = await ControlPlane.StartAsync(options, cancellation);
            terminal.Out.MarkupLine($"[green]Formae serves at {Terminals.Literal.Of(plane.Ready.Address)}[/] after {UpdateText.Format(clock.Elapsed)}, {(plane.Plugins.Any() ? $"with the plugins {string.Join(", ", plane.Plugins)}" : "without a plugin")}.");
            foreach (var notice in plane.Notices)
                terminal.Out.MarkupLine($"[yellow]{Terminals.Literal.Of(notice)}[/]");
            terminal.Out.WriteLine($"Its data is in {options.Data}. Ctrl-C stops it.");
            await plane.RunAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped before it was ready: that is what was asked for.
        }

        terminal.Out.WriteLine("Stopped.");
        return ExitCode.Ok;
    }
}
