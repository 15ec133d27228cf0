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
        Write(console, ["Stack", "Type", "Label", "Target", "Native id"], resources
            .OrderBy(resource => resource.Stack, StringComparer.Ordinal).ThenBy(resource => resource.Type, StringComparer.Ordinal).ThenBy(resource => resource.Label, StringComparer.Ordinal)
            .Select(resource => new[] { resource.Stack, resource.Type, resource.Label, resource.Target, resource.NativeId ?? "" }));

    public static void Write(IAnsiConsole console, IReadOnlyList<Stack> stacks) =>
        Write(console, ["Stack", "Description", "Created", "Id"], stacks.OrderBy(stack => stack.Label, StringComparer.Ordinal)
            .Select(stack => new[] { stack.Label, stack.Description ?? "", Time(stack.CreatedAt), stack.Id ?? "" }));

    public static void Write(IAnsiConsole console, IReadOnlyList<Target> targets)
    {
        var values = new ValueText();
        Write(console, ["Target", "Namespace", "Version", "Config"], targets.OrderBy(target => target.Label, StringComparer.Ordinal)
            .Select(target => new[] { target.Label, target.Namespace, target.Version.ToString(CultureInfo.InvariantCulture), target.Config is { } config ? values.Of(config) : "" }));
    }

    public static void Write(IAnsiConsole console, IReadOnlyList<PolicyInventoryItem> policies)
    {
        var values = new ValueText();
        Write(console, ["Policy", "Type", "Stacks", "Config"], policies.OrderBy(policy => policy.Label, StringComparer.Ordinal)
            .Select(policy => new[] { policy.Label, policy.Type, string.Join(", ", policy.AttachedStacks), policy.Config is { } config ? values.Of(config) : "" }));
    }

    public static void Write(IAnsiConsole console, IReadOnlyList<Plugin> plugins) =>
        Write(console, ["Plugin", "Namespace", "Version", "Status", "Types", "Calls/s", "Errors", "Last beat", "Remarks"], plugins.OrderBy(plugin => plugin.Name, StringComparer.Ordinal)
            .Select(plugin => new[]
            {
                plugin.Name, plugin.Namespace ?? "", plugin.InstalledVersion ?? "", plugin.LoadStatus ?? "",
                (plugin.ResourceTypes?.Count ?? 0).ToString(CultureInfo.InvariantCulture),
                plugin.CurrentRequestsPerSecond is > 0 and var rate ? rate.ToString("0.#", CultureInfo.InvariantCulture) : "",
                plugin.ErrorRate?.ToString("P0", CultureInfo.InvariantCulture) ?? "",
                Time(plugin.LastBeat), plugin.LoadReason ?? plugin.RateReason ?? "",
            }));

    private static void Write(IAnsiConsole console, string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns(columns);
        foreach (var row in rows)
            table.AddRow([.. row.Select(Literal.Of)]);
        console.Write(table);
    }

    private static string Time(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
