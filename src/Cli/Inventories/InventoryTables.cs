using System.Globalization;
using Formae.Cli.Plans;
using Formae.Cli.Terminals;
using Formae.Model;
using Formae.Protocol.Http;
using Spectre.Console;

namespace Formae.Cli.Inventories;

/// <summary>The inventory, one line a thing.</summary>
internal static class InventoryTables
{
    public static void Write(IAnsiConsole console, IReadOnlyList<Resource> resources) =>
        Write(console, [new("Stack"), new("Type"), new("Label"), new("Target", Rank: 2), new("Native id", Rank: 1)], resources
            .OrderBy(resource => resource.Stack, StringComparer.Ordinal).ThenBy(resource => resource.Type, StringComparer.Ordinal).ThenBy(resource => resource.Label, StringComparer.Ordinal)
            .Select(resource => new[] { resource.Stack, resource.Type, resource.Label, resource.Target, resource.NativeId ?? "" }));

    public static void Write(IAnsiConsole console, IReadOnlyList<Stack> stacks) =>
        Write(console, [new("Stack"), new("Description", Rank: 1, Folds: true), new("Created", Rank: 2), new("Id")], stacks.OrderBy(stack => stack.Label, StringComparer.Ordinal)
            .Select(stack => new[] { stack.Label, stack.Description ?? "", Time(stack.CreatedAt), stack.Id ?? "" }));

    public static void Write(IAnsiConsole console, IReadOnlyList<Target> targets)
    {
        var values = new ValueText();
        Write(console, [new("Target"), new("Namespace"), new("Version", Rank: 1), new("Config", Folds: true)], targets.OrderBy(target => target.Label, StringComparer.Ordinal)
            .Select(target => new[] { target.Label, target.Namespace, target.Version.ToString(CultureInfo.InvariantCulture), target.Config is { } config ? values.Of(config) : "" }));
    }

    public static void Write(IAnsiConsole console, IReadOnlyList<PolicyInventoryItem> policies)
    {
        var values = new ValueText();
        Write(console, [new("Policy"), new("Type"), new("Stacks", Folds: true), new("Config", Rank: 1, Folds: true)], policies.OrderBy(policy => policy.Label, StringComparer.Ordinal)
            .Select(policy => new[] { policy.Label, policy.Type, string.Join(", ", policy.AttachedStacks), policy.Config is { } config ? values.Of(config) : "" }));
    }

    public static void Write(IAnsiConsole console, IReadOnlyList<Plugin> plugins) =>
        Write(console, [new("Plugin"), new("Namespace", Rank: 2), new("Version", Rank: 1), new("Status"), new("Types", Rank: 5), new("Calls/s", Rank: 4), new("Errors", Rank: 4), new("Last beat", Rank: 3), new("Remarks", Folds: true)], plugins.OrderBy(plugin => plugin.Name, StringComparer.Ordinal)
            .Select(plugin => new[]
            {
                plugin.Name, plugin.Namespace ?? "", plugin.InstalledVersion ?? "", plugin.LoadStatus ?? "",
                (plugin.ResourceTypes?.Count ?? 0).ToString(CultureInfo.InvariantCulture),
                plugin.CurrentRequestsPerSecond is > 0 and var rate ? rate.ToString("0.#", CultureInfo.InvariantCulture) : "",
                plugin.ErrorRate?.ToString("P0", CultureInfo.InvariantCulture) ?? "",
                Time(plugin.LastBeat), plugin.LoadReason ?? plugin.RateReason ?? "",
            }));

    private static void Write(IAnsiConsole console, Column[] columns, IEnumerable<string[]> rows) => TableView.Write(console, columns, [.. rows]);

    private static string Time(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
