using System.CommandLine;
using System.Text.Json;
using Formae.Cli.CommandLine;
using Formae.Cli.Output;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Inventories;

internal static class InventoryVerb
{
    public static System.CommandLine.Command Build(CliContext context) =>
        new("inventory", "Shows what the control plane holds.") { Resources(context), Stacks(context), Targets(context), Policies(context), Plugins(context) };

    private static System.CommandLine.Command Resources(CliContext context)
    {
        var query = Query("such as 'stack:web type:*::Bucket'");
        var tree = new Option<bool>("--tree") { Description = "As a tree: stack, resource, children." };
        var max = WholeNumber.Option("--max-results", "How many. Default: all.", least: 1);
        var command = new System.CommandLine.Command("resources", "Live resources.") { query, tree, max };
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var page = result.GetValue(max) is { } most
                ? await session.Client.GetResourcePageAsync(result.GetValue(query), most, cancellation: session.Cancellation)
                : new Client.Page<Model.Forma>(await session.Client.GetResourcesAsync(result.GetValue(query), session.Cancellation), null);
            var forma = page.Items;
            if (session.Format != OutputFormat.Human)
                MachineOutput.Write(session.Terminal.RawOut, session.Format, forma, HttpJson.Default.Forma);
            else if (forma.Resources.Count == 0)
                session.Terminal.Out.WriteLine("No resources.");
            else if (result.GetValue(tree))
                ResourceTree.Write(session.Terminal.Out, forma);
            else
                InventoryTables.Write(session.Terminal.Out, forma.Resources);
            if (page.Next is not null)
                session.Terminal.Error.WriteLine("There are more.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static System.CommandLine.Command Stacks(CliContext context) => new System.CommandLine.Command("stacks", "Live stacks.").Lists(
        context,
        (_, session) => session.Client.GetStacksAsync(session.Cancellation),
        stacks => JsonSerializer.SerializeToElement(stacks, HttpJson.Default.IReadOnlyListStack),
        InventoryTables.Write);

    private static System.CommandLine.Command Targets(CliContext context)
    {
        var query = Query("such as 'namespace:AWS'");
        return new System.CommandLine.Command("targets", "Live targets.") { query }.Lists(
            context,
            (result, session) => session.Client.GetTargetsAsync(result.GetValue(query), session.Cancellation),
            targets => JsonSerializer.SerializeToElement(targets, HttpJson.Default.IReadOnlyListTarget),
            InventoryTables.Write);
    }

    private static System.CommandLine.Command Policies(CliContext context) => new System.CommandLine.Command("policies", "Policies, and the stacks that they hold for.").Lists(
        context,
        (_, session) => session.Client.GetPoliciesAsync(session.Cancellation),
        policies => JsonSerializer.SerializeToElement(policies, HttpJson.Default.IReadOnlyListPolicyInventoryItem),
        InventoryTables.Write);

    private static System.CommandLine.Command Plugins(CliContext context) => new System.CommandLine.Command("plugins", "The plugins that announced themselves.").Lists(
        context,
        (_, session) => session.Client.GetPluginsAsync(session.Cancellation),
        plugins => JsonSerializer.SerializeToElement(new PluginList { Plugins = plugins }, HttpJson.Default.PluginList),
        InventoryTables.Write);

    /// <summary>Lets a verb print all that it asks for: as the API's objects, or as a table for people.</summary>
    private static System.CommandLine.Command Lists<T>(
        this System.CommandLine.Command command,
        CliContext context,
        Func<ParseResult, Session, Task<IReadOnlyList<T>>> ask,
        Func<IReadOnlyList<T>, JsonElement> json,
        Action<IAnsiConsole, IReadOnlyList<T>> write)
    {
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var all = await ask(result, session);
            if (session.Format != OutputFormat.Human)
                MachineOutput.Write(session.Terminal.RawOut, session.Format, json(all));
            else if (all.Count == 0)
                session.Terminal.Out.WriteLine($"No {command.Name}.");
            else
                write(session.Terminal.Out, all);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<string?> Query(string example) => new("--query") { Description = $"Only what this query finds, {example}.", HelpName = "QUERY" };
}
