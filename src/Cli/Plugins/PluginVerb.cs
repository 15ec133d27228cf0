using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Submitting;
using Formae.Cli.Up;
using Formae.Embedded.Host;
using Formae.Model;
using Formae.Protocol.Samples;
using Formae.Sdk.Conformance;

namespace Formae.Cli.Plugins;

/// <summary>For whoever writes plugins.</summary>
internal static class PluginVerb
{
    public static Command Build(CliContext context) => new("plugin", "For whoever writes plugins.") { Test(context) };

    private static Command Test(CliContext context)
    {
        var path = new Argument<string>("PATH") { Description = "The folder of a built plugin, with its plugin.json and conformance.json." };
        var type = new Option<string[]>("--type") { Description = "Only this resource type. May be given more than once.", HelpName = "TYPE" };
        var phase = new Option<string[]>("--phase") { Description = "Only this phase. May be given more than once.", HelpName = "PHASE" };
        var set = new Option<string[]>("--set") { Description = "Gives a variable of conformance.json a value; without it the environment is asked. May be given more than once.", HelpName = "NAME=VALUE" };
        var junit = new Option<string?>("--junit") { Description = "Also write what came of it to this file, in the XML of JUnit.", HelpName = "FILE" };
        var command = new Command("test", "Holds a plugin to the contract: makes real objects of each type, phase by phase and through faults.") { path, type, phase, set, junit };
        command.SetAction((result, cancellation) => Verb.GuardAsync(context, () => RunAsync(
            context,
            result.GetValue(path)!,
            new ConformanceOptions
            {
                Types = result.GetValue(type) is { Length: > 0 } types ? types : null,
                Phases = result.GetValue(phase) is { Length: > 0 } phases ? [.. phases.Select(PhaseOf)] : null,
                Variable = Variables(result.GetValue(set) ?? [], context),
            },
            result.GetValue(junit),
            cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, string path, ConformanceOptions options, string? junit, CancellationToken cancellation)
    {
        var manifest = Manifest(path);
        var document = await Document.ReadAsync(Path.Combine(path, ConformanceFile.FileName), cancellation);
        List<PhaseResult> results = [];
        ConformanceReport? report = null;
        try
        {
            var file = ConformanceKit.Load(document.Path);
            await using var app = await AppUnderTest.StartAsync(manifest, cancellation);
            CheckTypes(options, app.Announcement.ResourceTypes.Select(type => type.Type).ToList());
            report = await new ConformanceView(context, manifest).RunAsync(told => ConformanceKit.RunAsync(app, file, options with { Told = result => { results.Add(result); told(result); } }, cancellation));
        }
        catch (ConformanceFileException wrong)
        {
            throw new InvalidDocumentException(document, wrong.Diagnostics);
        }
        finally
        {
            // Whatever ends the run: what was tried until then was tried.
            if (junit is not null && (report is not null || results.Count > 0))
                Write(report ?? new ConformanceReport(results) { IsBrokenOff = true }, manifest, junit);
        }

        return cancellation.IsCancellationRequested && report.IsBrokenOff ? ExitCode.Interrupted : report.Conforms ? ExitCode.Ok : ExitCode.Failed;
    }

    private static AppManifest Manifest(string path)
    {
        try
        {
            return AppManifest.Read(path);
        }
        catch (InvalidDataException e)
        {
            throw new UpException(e.Message, e);
        }
    }

    private static Phase PhaseOf(string name) => Phase.Find(name)
        ?? throw new UsageException($"There is no phase '{name}'.{Suggestion.Sentence(name, Phase.All.Select(phase => phase.Name))} There are {string.Join(", ", Phase.All)}.");

    private static void CheckTypes(ConformanceOptions options, IReadOnlyList<string> served)
    {
        foreach (var type in options.Types?.Where(type => !served.Contains(type, StringComparer.OrdinalIgnoreCase)) ?? [])
            throw new UsageException($"The plugin does not serve '{type}'.{Suggestion.Sentence(type, served)} It serves {string.Join(", ", served)}.");
    }

    private static Func<string, string?> Variables(IEnumerable<string> given, CliContext context)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in given)
        {
            // The value is not repeated: it may be a key.
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
                throw new UsageException("--set takes NAME=VALUE, and one of them has no name or no '='.");
            values[pair[..at]] = pair[(at + 1)..];
        }

        return name => values.TryGetValue(name, out var value) ? value : context.Variable(name);
    }

    private static void Write(ConformanceReport report, AppManifest manifest, string path)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            using var file = File.Create(path);
            JUnitFile.Write(report, $"{manifest.Name} {manifest.Version}", file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DocumentException($"{path} cannot be written: {e.Message}", e);
        }
    }
}
