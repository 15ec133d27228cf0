using Formae.Cli.CommandLine;
using Formae.Cli.Inventories;
using Formae.Cli.Plans;
using Formae.Cli.Submitting;
using Formae.Cli.Terminals;
using Formae.Cli.Watching;
using Formae.Client;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Demo;

/// <summary>The life of a web shop, step by step, with the same code that the verbs run; each step says when its outcome is not what it should be.</summary>
internal sealed class DemoSteps(Session session, Webshop shop, string file)
{
    private const string Instance = "web-1";
    private const string Removed = "web-2-host";

    private readonly List<string> _surprises = [];
    private int _step;

    private IAnsiConsole Out => session.Terminal.Out;

    /// <summary>What did not come out as it should; empty is a success.</summary>
    public IReadOnlyList<string> Surprises => _surprises;

    public async Task RunAsync()
    {
        var count = shop.Count;
        shop.Save(file);
        Heading("The plan: nothing is there yet", "apply webshop.yaml --mode reconcile --simulate");
        var planned = await SubmitAsync(SubmitKind.Apply, simulate: true);
        Expect(planned.Plan, create: count);

        Heading("Apply", "apply webshop.yaml --mode reconcile --yes");
        Expect((await SubmitAsync(SubmitKind.Apply)).Outcome, create: count);

        Heading("What is there now", "inventory resources --tree");
        var live = await session.Client.GetResourcesAsync(cancellation: session.Cancellation);
        ResourceTree.Write(Out, live);
        Check(live.Resources.Count == count, $"{live.Resources.Count} resources are live instead of {count}");

        Heading("Apply once more: nothing to do", "apply webshop.yaml --mode reconcile --yes");
        var again = await SubmitAsync(SubmitKind.Apply);
        Check(again.Plan is { ChangesRequired: false }, "the same document asked for changes");

        var before = shop.SetProperty(Instance, "InstanceType", "t3.large");
        shop.Save(file);
        Heading($"Change one value: {Instance} from {before} to t3.large", "apply webshop.yaml --mode reconcile --yes");
        Expect((await SubmitAsync(SubmitKind.Apply)).Outcome, update: 1);

        shop.Remove(Removed);
        shop.Save(file);
        Heading($"Take one resource out of the document: {Removed}", "apply webshop.yaml --mode reconcile --yes");
        Expect((await SubmitAsync(SubmitKind.Apply)).Outcome, delete: 1);

        Heading("Destroy everything", "destroy webshop.yaml --yes");
        Expect((await SubmitAsync(SubmitKind.Destroy)).Outcome, delete: count - 1);
        var left = await session.Client.GetResourcesAsync(cancellation: session.Cancellation);
        Check(left.Resources.Count == 0, $"{left.Resources.Count} resources are left");
    }

    private async Task<Submission> SubmitAsync(SubmitKind kind, bool simulate = false)
    {
        var document = await Document.ReadAsync(file, session.Cancellation);
        var request = new SubmitRequest { Kind = kind, Mode = kind == SubmitKind.Apply ? SubmitMode.Reconcile : null, File = document.File, Simulate = simulate };
        var submission = new Submission(session, request, document) { Yes = true, ShowsPlan = simulate || _step > 2 };
        var exit = await submission.RunAsync();
        Check(exit == ExitCode.Ok, $"it ended with exit code {exit}");
        return submission;
    }

    private void Heading(string title, string command)
    {
        _step++;
        Out.WriteLine();
        Out.MarkupLine($"[bold blue]── {_step}. {Literal.Of(title)}[/]");
        Out.MarkupLine($"[grey]$ formae {Literal.Of(command)}[/]");
    }

    private void Expect(Simulation? plan, int create) =>
        Check(plan is not null && PlanView.Summary(plan.Command) == $"Plan: {create} to create, 0 to update, 0 to delete", $"the plan is not to create {create}");

    private void Expect(Command? outcome, int create = 0, int update = 0, int delete = 0)
    {
        var expected = $"Success: {create} created, {update} updated, {delete} deleted";
        var summary = outcome is null ? "nothing" : OutcomeView.Summary(outcome, session.Time.GetUtcNow());
        Check(summary == expected || summary.StartsWith($"{expected} in ", StringComparison.Ordinal), $"'{summary}' instead of '{expected}'");
    }

    private void Check(bool isAsExpected, string surprise)
    {
        if (isAsExpected)
            return;
        _surprises.Add($"step {_step}: {surprise}");
        session.Terminal.Fail($"This is not what should have happened: {surprise}.");
    }
}
