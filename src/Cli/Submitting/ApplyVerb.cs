using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Pkl;
using Formae.Client;

namespace Formae.Cli.Submitting;

internal static class ApplyVerb
{
    public static Command Build(CliContext context, DocumentFlags flags)
    {
        var input = new DocumentInput(context, flags);
        var mode = new Option<string>("--mode")
        {
            Description = "reconcile: the document is the whole of its stacks, and what it leaves out is deleted. patch: only what it mentions changes, and nothing is deleted.",
            HelpName = "reconcile|patch",
            Required = true,
        }.AcceptOnlyFromAmong("reconcile", "patch");
        var simulate = new Option<bool>("--simulate") { Description = "Show the plan and stop." };
        var force = new Option<bool>("--force") { Description = "With reconcile: overwrite what was changed since the last reconcile." };
        var dependents = new Option<string>("--on-dependents")
        {
            Description = "When resources of other stacks depend on what a reconcile deletes: refuse, or delete them too.",
            HelpName = "abort|cascade",
            DefaultValueFactory = _ => "abort",
        }.AcceptOnlyFromAmong("abort", "cascade");
        var all = new Option<bool>("--all") { Description = "Show every change of a large plan; without it, of many alike ones the first few are shown and the rest is counted." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var detach = new Option<bool>("--detach") { Description = "Do not wait for the outcome." };
        var command = new Command("apply", "Makes the world as a document says.") { mode, simulate, force, dependents, yes, detach, all };
        input.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(force) && result.GetValue(mode) == "patch")
                result.AddError("--force is for --mode reconcile: a patch overwrites what it mentions, and nothing else.");
        });
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var document = await input.ReadAsync(result, new PklPurpose("apply", result.GetValue(mode)!), session.Cancellation);
            var request = new SubmitRequest
            {
                Kind = SubmitKind.Apply,
                Mode = result.GetValue(mode) == "reconcile" ? SubmitMode.Reconcile : SubmitMode.Patch,
                File = document.File,
                Parameters = document.Parameters,
                Simulate = result.GetValue(simulate),
                Force = result.GetValue(force),
                OnDependents = result.GetValue(dependents) == "cascade" ? DependentsChoice.Cascade : DependentsChoice.Abort,
            };
            return await new Submission(session, request, document) { Yes = result.GetValue(yes), Detach = result.GetValue(detach), IsWhole = result.GetValue(all) }.RunAsync();
        });
        return command;
    }
}
