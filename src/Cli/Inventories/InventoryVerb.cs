using System.CommandLine;
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

    private static System.CommandLine.Command Stacks(CliContext context)
    {
        var command = new System.CommandLine.Command("stacks", "Live stacks.");
        command.RunsOn(new CommonOptions(), context, async (_, session) =>
        {
            var stacks = await session.Client.GetStacksAsync(session.Cancellation);
            if (session.Format != OutputFormat.Human)
                MachineOutput.Write(session.Terminal.RawOut, session.Format, stacks, HttpJson.Default.IReadOnlyListStack);
            else if (stacks.Count == 0)
                session.Terminal.Out.WriteLine("No stacks.");
            else
                InventoryTables.Write(session.Terminal.Out, stacks);
            return ExitCode.Ok;
        });
        return command;
    }

    private static System.CommandLine.Command Targets(CliContext context)
    {
        var query = Query("such as 'namespace:AWS'");
        var command = new System.CommandLine.Command("targets", "Live targets.") { query };
        command.RunsOn(new CommonOptions(), context, async (result, session) =>
        {
            var targets = await session.Client.GetTargetsAsync(result.GetValue(query), session.Cancellation);
            if (session.Format != OutputFormat.Human)
                MachineOutput.Write(session.Terminal.RawOut, session.Format, targets, HttpJson.Default.IReadOnlyListTarget);
            else if (targets.Count == 0)
                session.Terminal.Out.WriteLine("No targets.");
            else
                InventoryTables.Write(session.Terminal.Out, targets);
            return ExitCode.Ok;
        });
        return command;
    }

    private static System.CommandLine.Command Policies(CliContext context)
    {
        var command = new System.CommandLine.Command("policies", "Policies, and the stacks that they hold for.");
        command.RunsOn(new CommonOptions(), context, async (_, session) =>
        {
            var policies = await session.Client.GetPoliciesAsync(session.Cancellation);
            if (session.Format != OutputFormat.Human)
                MachineOutput.Write(session.Terminal.RawOut, session.Format, policies, HttpJson.Default.IReadOnlyListPolicyInventoryItem);
            else if (policies.Count == 0)
                session.Terminal.Out.WriteLine("No policies.");
            else
                InventoryTables.Write(session.Terminal.Out, policies);
            return ExitCode.Ok;
        });
        return command;
    }

    private static System.CommandLine.Command Plugins(CliContext context)
    {
        var command = new System.CommandLine.Command("plugins", "The plugins that announced themselves.");
        command.RunsOn(new CommonOptions(), context, async (_, session) =>
        {
            var plugins = await session.Client.GetPluginsAsync(session.Cancellation);
            if (session.Format != OutputFormat.Human)
                MachineOutput.Write(session.Terminal.RawOut, session.Format, new PluginList { Plugins = plugins }, HttpJson.Default.PluginList);
            else if (plugins.Count == 0)
                session.Terminal.Out.WriteLine("No plugins.");
            else
                InventoryTables.Write(session.Terminal.Out, plugins);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<string?> Query(string example) => new("--query") { Description = $"Only what this query finds, {example}.", HelpName = "QUERY" };
}
