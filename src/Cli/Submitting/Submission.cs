using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Cli.CommandLine;
using Formae.Cli.Errors;
using Formae.Cli.Output;
using Formae.Cli.Plans;
using Formae.Cli.Terminals;
using Formae.Cli.Watching;
using Formae.Client;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Submitting;

/// <summary>From a command to its outcome: plan, look, ask, give, watch.</summary>
internal sealed class Submission(Session session, SubmitRequest request, Document? document)
{
    // From then on it is not known whether anything was changed.
    private bool _isGiven;

    /// <summary>Do not ask.</summary>
    public bool Yes { get; init; }

    /// <summary>Show every change, also of a large plan on a terminal.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Do not wait for the outcome.</summary>
    public bool Detach { get; init; }

    /// <summary>Show the plan of a command that nobody is asked about. Default true.</summary>
    public bool ShowsPlan { get; init; } = true;

    /// <summary>The plan, once it is known.</summary>
    public Simulation? Plan { get; private set; }

    /// <summary>What became of the command, once it is done.</summary>
    public Command? Outcome { get; private set; }

    private string Planning => document is null ? "Planning" : $"Planning {document.Path}";

    public Task<int> RunAsync() => Verb.GuardAsync(session, session.Format == OutputFormat.Human ? ForPeopleAsync : ForProgramsAsync, document);

    private async Task<int> ForProgramsAsync()
    {
        // How something is printed says nothing about whether it is wanted.
        if (!Yes && !request.Simulate)
            return NobodyToAsk();
        var response = await session.Client.SubmitAsync(request, session.Cancellation);
        if (request.Simulate)
        {
            MachineOutput.Write(session.Terminal.RawOut, session.Format, JsonSerializer.SerializeToElement(response, HttpJson.Default.SubmitCommandResponse).GetProperty(nameof(response.Simulation)));
            return ExitCode.Ok;
        }

        var answer = new JsonObject { ["CommandId"] = response.CommandId, ["ChangesRequired"] = response.Simulation.ChangesRequired };
        using var json = JsonDocument.Parse(answer.ToJsonString());
        MachineOutput.Write(session.Terminal.RawOut, session.Format, json.RootElement);
        return ExitCode.Ok;
    }

    private async Task<int> ForPeopleAsync()
    {
        try
        {
            // The real answer brings the plan as well, so nobody plans twice where nobody is asked.
            return Yes && !request.Simulate ? await GiveAsync(request, isNew: true) : await LookFirstAsync();
        }
        catch (OperationCanceledException) when (session.Cancellation.IsCancellationRequested && !_isGiven)
        {
            session.Terminal.Out.WriteLine();
            Declined();
            return ExitCode.Interrupted;
        }
    }

    private async Task<int> LookFirstAsync()
    {
        var response = await Patience.ForAsync(session.Terminal, session.Time, Planning, session.Client.SubmitAsync(request with { Simulate = true }, session.Cancellation));
        if (Show(response) is { } nothingToDo)
            return nothingToDo;
        if (request.Simulate)
        {
            session.Terminal.Out.WriteLine("Simulation only: nothing was changed.");
            return ExitCode.Ok;
        }

        if (!session.Terminal.CanAsk)
            return NobodyToAsk();
        return await AskAsync(response) is { } given ? await GiveAsync(given, isNew: false) : Declined();
    }

    /// <summary>The command that the person wants, which may take more along than was asked for; null for none.</summary>
    private async Task<SubmitRequest?> AskAsync(SubmitCommandResponse response)
    {
        Task<bool> ConfirmAsync(string question) => session.Terminal.ConfirmAsync(question, session.Cancellation);
        var given = request;
        if (request is { Kind: SubmitKind.Destroy, OnDependents: DependentsChoice.Abort } && Cascades(response) is > 0 and var count)
        {
            if (!await ConfirmAsync($"{count} of these would be deleted only because they depend on the others. Delete them too?"))
                return null;
            given = request with { OnDependents = DependentsChoice.Cascade };
        }

        if (response.Description is { Confirm: true, Text: { Length: > 0 } text } && !await ConfirmAsync($"{text} Is this understood?"))
            return null;
        return await ConfirmAsync(request.Kind == SubmitKind.Destroy ? "Destroy these resources?" : "Make these changes?") ? given : null;
    }

    private int NobodyToAsk()
    {
        session.Terminal.Fail(
            session.Format == OutputFormat.Human ? "There is no terminal to ask for your consent." : "With --output json or yaml nobody is asked for consent.",
            "Pass --yes to go on without being asked, or --simulate to only look.");
        return ExitCode.Failed;
    }

    private int Declined()
    {
        session.Terminal.Out.WriteLine("Nothing was changed.");
        return ExitCode.Ok;
    }

    private async Task<int> GiveAsync(SubmitRequest given, bool isNew)
    {
        _isGiven = true;
        var response = await Patience.ForAsync(session.Terminal, session.Time, isNew ? Planning : "Giving the command", session.Client.SubmitAsync(given, session.Cancellation));
        if (isNew && Show(response) is { } nothingToDo)
            return nothingToDo;
        if (response.CommandId.Length == 0 || !response.Simulation.ChangesRequired)
            return NothingToDo();
        session.Terminal.Out.WriteLine($"Command {response.CommandId}");
        if (!Detach)
        {
            var watch = new CommandWatch(session);
            var exit = await watch.RunAsync(response.CommandId);
            Outcome = watch.Outcome;
            return exit;
        }

        session.Terminal.Out.WriteLine($"It runs. To look at it: {session.StatusCommand(response.CommandId)} --watch");
        return ExitCode.Ok;
    }

    /// <summary>Shows warnings and the plan; an exit code when there is nothing to do.</summary>
    private int? Show(SubmitCommandResponse response)
    {
        Plan = response.Simulation;
        if (response.Diagnostics is { Count: > 0 } diagnostics)
            DiagnosticView.Write(session.Terminal.Error, diagnostics, document);
        if (!response.Simulation.ChangesRequired)
            return NothingToDo();
        if (ShowsPlan)
            PlanView.Write(session.Terminal.Out, response.Simulation, isWhole: IsWhole || !session.Terminal.IsLive);
        return null;
    }

    private int NothingToDo()
    {
        session.Terminal.Out.WriteLine(request.Kind switch
        {
            SubmitKind.Apply => "Nothing to do: everything is as the document says.",
            SubmitKind.Rollback => "Nothing to do: everything is as it was then.",
            _ => "Nothing to do: none of it is there.",
        });
        return ExitCode.Ok;
    }

    private static int Cascades(SubmitCommandResponse response) =>
        (response.Simulation.Command.ResourceUpdates ?? []).Count(update => update.IsCascade is true)
        + (response.Simulation.Command.TargetUpdates ?? []).Count(update => update.IsCascade is true);
}
