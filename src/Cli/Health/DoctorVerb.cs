using System.CommandLine;
using System.Reflection;
using Formae.Cli.CommandLine;
using Formae.Cli.Output;
using Formae.Cli.Pkl;
using Formae.Cli.Terminals;
using Formae.Client;
using Formae.Embedded.Host;
using Formae.Protocol.Http;
using Spectre.Console;
using Command = System.CommandLine.Command;

namespace Formae.Cli.Health;

internal static class DoctorVerb
{
    private const string Server = "server";

    private static string Version { get; } = typeof(DoctorVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    public static Command Build(CliContext context)
    {
        var json = new Option<bool>("--json") { Description = "The same as --output json." };
        var command = new Command("doctor", "Looks at everything that can be wrong, and says what to do.") { json };
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var (report, exit) = await ExamineAsync(session);
            report = report with { Checks = [.. report.Checks, await PklAsync(context, session.Cancellation)] };
            report = report with { Verdict = Verdicts.WorstOf(report.Checks) };
            var format = result.GetValue(json) ? OutputFormat.Json : session.Format;
            if (format != OutputFormat.Human)
                MachineOutput.Write(session.Terminal.RawOut, format, report, HttpJson.Default.DoctorReport);
            else
                Write(session.Terminal.Out, report);
            return exit != ExitCode.Ok ? exit : report.Verdict == Verdicts.Fail ? ExitCode.Failed : ExitCode.Ok;
        });
        return command;
    }

    /// <summary>What the server says of itself; or why it says nothing, which is a finding too.</summary>
    private static async Task<(DoctorReport Report, int Exit)> ExamineAsync(Session session)
    {
        try
        {
            var report = await session.Client.ExamineAsync(session.Cancellation);
            return (report with { Checks = [Reached(report.Version), .. report.Checks] }, ExitCode.Ok);
        }
        catch (FormaeConnectionException e)
        {
            return (Only(e.Message, e.Server.IsLoopback ? "Is the control plane running? 'formae up' starts one on this machine." : "Check --server and the network."), ExitCode.Unreachable);
        }
        catch (FormaeApiException e) when (e.Status is 401 or 403)
        {
            return (Only($"{session.Client.Server} answers, and does not let you look: {e.Response.Message}", "Pass a key or a token that has a role (--key, --entra)."), ExitCode.Failed);
        }
        catch (FormaeApiException e)
        {
            return (Only($"{session.Client.Server} answers, and not as a control plane of this version does: {e.Message}", "See whether --server is right, and whether the server is older than this program."), ExitCode.Failed);
        }
    }

    private static DoctorReport Only(string detail, string advice) => new() { Checks = [new DoctorCheck { Name = Server, Verdict = Verdicts.Fail, Detail = detail, Advice = advice }] };

    private static DoctorCheck Reached(string version) => new() { Name = Server, Detail = version == Version ? $"It answers, with version {version}." : $"It answers, with version {version}; this program is {Version}. Both may be newer than the other." };

    private static async Task<DoctorCheck> PklAsync(CliContext context, CancellationToken cancellation)
    {
        var named = context.Variable(PklOptions.ProgramVariable) is { Length: > 0 } given ? given : null;
        if (named is not null && !Tool.IsProgram(named))
            return new DoctorCheck { Name = "pkl", Verdict = Verdicts.Warn, Detail = $"${PklOptions.ProgramVariable} names {named}, which is no program.", Advice = "Correct it, or unset it." };
        if ((named ?? Tool.Find("pkl", context.Variable("PATH")) ?? await new PklProgram(context).InstalledAsync(cancellation)) is { } program)
            return new DoctorCheck { Name = "pkl", Detail = $"Documents in Pkl are evaluated by {program}." };
        return Tool.Find("npm", context.Variable("PATH")) is not null
            ? new DoctorCheck { Name = "pkl", Detail = "There is no pkl program; the first document in Pkl has npm install it." }
            : new DoctorCheck { Name = "pkl", Verdict = Verdicts.Warn, Detail = "There is no pkl program on this machine, and no npm that could install it.", Advice = "Only documents in Pkl need it; those in YAML and JSON do not." };
    }

    private static void Write(IAnsiConsole console, DoctorReport report)
    {
        foreach (var check in report.Checks)
        {
            var colour = check.Verdict switch { Verdicts.Ok => "green", Verdicts.Warn => "yellow", _ => "red" };
            console.MarkupLine($"[{colour}]{check.Verdict,-4}[/]  {Literal.Of(check.Name)}: {Literal.Of(check.Detail.ReplaceLineEndings(" "))}");
            if (check.Advice is { Length: > 0 } advice)
                console.WriteLine(Literal.Visible($"      {advice.ReplaceLineEndings(" ")}"));
        }
    }
}
