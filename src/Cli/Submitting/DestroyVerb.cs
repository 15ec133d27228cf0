using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Client;

namespace Formae.Cli.Submitting;

internal static class DestroyVerb
{
    public static Command Build(CliContext context)
    {
        var file = new Argument<string?>("FILE") { Description = "Delete what this document names.", Arity = ArgumentArity.ZeroOrOne };
        var query = new Option<string?>("--query") { Description = "Delete the managed resources that this query finds, such as 'stack:web type:*::Bucket'.", HelpName = "QUERY" };
        var dependents = new Option<string>("--on-dependents")
        {
            Description = "When other resources depend on these: refuse, or delete them too.",
            HelpName = "abort|cascade",
            DefaultValueFactory = _ => "abort",
        }.AcceptOnlyFromAmong("abort", "cascade");
        var simulate = new Option<bool>("--simulate") { Description = "Show the plan and stop." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var detach = new Option<bool>("--detach") { Description = "Do not wait for the outcome." };
        var command = new Command("destroy", "Deletes what a document or a query names.") { file, query, dependents, simulate, yes, detach };
        command.Validators.Add(result =>
        {
            var hasFile = !string.IsNullOrEmpty(result.GetValue(file));
            if (hasFile == !string.IsNullOrEmpty(result.GetValue(query)))
                result.AddError(hasFile ? "Give a FILE or --query, not both." : "Give a FILE or --query: which resources are to be destroyed?");
        });
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var document = result.GetValue(file) is { Length: > 0 } path ? await Document.ReadAsync(path, session.Cancellation) : null;
            var request = new SubmitRequest
            {
                Kind = SubmitKind.Destroy,
                File = document?.File,
                Query = result.GetValue(query),
                Simulate = result.GetValue(simulate),
                OnDependents = result.GetValue(dependents) == "cascade" ? DependentsChoice.Cascade : DependentsChoice.Abort,
            };
            return await new Submission(session, request, document) { Yes = result.GetValue(yes), Detach = result.GetValue(detach) }.RunAsync();
        });
        return command;
    }
}
