using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Pkl;
using Formae.Client;

namespace Formae.Cli.Submitting;

internal static class DestroyVerb
{
    public static Command Build(CliContext context, DocumentFlags flags)
    {
        var input = new DocumentInput(context, flags, "Delete what this document names: JSON, YAML (.yaml, .yml) or Pkl (.pkl); - reads JSON or YAML from the standard input.", isRequired: false);
        var query = new Option<string?>("--query") { Description = "Delete the managed resources that this query finds, such as 'stack:web type:*::Bucket'.", HelpName = "QUERY" };
        var dependents = new Option<string>("--on-dependents")
        {
            Description = "When other resources depend on these: refuse, or delete them too.",
            HelpName = "abort|cascade",
            DefaultValueFactory = _ => "abort",
        }.AcceptOnlyFromAmong("abort", "cascade");
        var simulate = new Option<bool>("--simulate") { Description = "Show the plan and stop." };
        var all = new Option<bool>("--all") { Description = "Show every change of a large plan; without it, of many alike ones the first few are shown and the rest is counted." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var detach = new Option<bool>("--detach") { Description = "Do not wait for the outcome." };
        var command = new Command("destroy", "Deletes what a document or a query names.") { query, dependents, simulate, yes, detach, all };
        input.AddTo(command);
        command.Validators.Add(result =>
        {
            var hasFile = !string.IsNullOrEmpty(input.PathOf(result));
            if (hasFile == !string.IsNullOrEmpty(result.GetValue(query)))
                result.AddError(hasFile ? "Give a FILE or --query, not both." : "Give a FILE or --query: which resources are to be destroyed?");
        });
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var document = input.PathOf(result.CommandResult) is { Length: > 0 } ? await input.ReadAsync(result, new PklPurpose("destroy", "none"), session.Cancellation) : null;
            var request = new SubmitRequest
            {
                Kind = SubmitKind.Destroy,
                File = document?.File,
                Parameters = document?.Parameters ?? new Dictionary<string, string>(),
                Query = result.GetValue(query),
                Simulate = result.GetValue(simulate),
                OnDependents = result.GetValue(dependents) == "cascade" ? DependentsChoice.Cascade : DependentsChoice.Abort,
            };
            return await new Submission(session, request, document) { Yes = result.GetValue(yes), Detach = result.GetValue(detach), IsWhole = result.GetValue(all) }.RunAsync();
        });
        return command;
    }
}
