using System.Reflection;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Queries;

/// <summary>The control plane in numbers, and its plugins.</summary>
public sealed class StatsQuery(CommandStore commands, ResourceStore resources, StackStore stacks, TargetStore targets, PluginCatalog catalog, TimeProvider time)
{
    public static string Version { get; } =
        typeof(StatsQuery).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    public async Task<Stats> StatsAsync(CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var all = await resources.ReadAllAsync(cancellation);
        var clients = new HashSet<string>(StringComparer.Ordinal);
        var kinds = new Dictionary<string, int>(StringComparer.Ordinal);
        var states = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var command in commands.ListAsync(time.GetUtcNow(), cancellation))
        {
            clients.Add(command.ClientId);
            kinds[command.Kind] = kinds.GetValueOrDefault(command.Kind) + 1;
            states[command.State] = states.GetValueOrDefault(command.State) + 1;
        }

        var byNamespace = Count(all.Where(resource => resource.Managed), resource => resource.Namespace);
        return new Stats
        {
            Version = Version,
            AgentId = Environment.MachineName,
            Clients = clients.Count,
            Commands = kinds,
            States = states,
            Stacks = (await stacks.ListAsync(cancellation)).Count,
            Resources = byNamespace,
            UnmanagedResources = Count(all.Where(resource => !resource.Managed), resource => resource.Namespace),
            Targets = Count(await targets.ListAsync(cancellation), target => target.Namespace),
            ResourceTypes = Count(all, resource => resource.Type),
            Plugins = [.. catalog.Plugins.Select(plugin => new PluginStats
            {
                Namespace = plugin.Announcement.Namespace,
                Version = plugin.Announcement.Version,
                NodeName = plugin.Announcement.NodeName,
                MaxRequestsPerSecond = plugin.Announcement.MaxRequestsPerSecond,
                ResourceCount = byNamespace.GetValueOrDefault(plugin.Announcement.Namespace),
            })],
        };
    }

    public async Task<IReadOnlyList<Plugin>> PluginsAsync(bool withSchemas, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var now = time.GetUtcNow();
        return [.. catalog.Plugins.OrderBy(plugin => plugin.Announcement.Name, StringComparer.Ordinal).Select(plugin => new Plugin
        {
            Name = plugin.Announcement.Name,
            Namespace = plugin.Announcement.Namespace,
            Summary = plugin.Announcement.Summary,
            Publisher = plugin.Announcement.Publisher,
            License = plugin.Announcement.License,
            InstalledVersion = plugin.Announcement.Version,
            LoadStatus = plugin.IsSilent(now) ? "silent" : "active",
            MaxRequestsPerSecond = plugin.Announcement.MaxRequestsPerSecond,
            LastBeat = plugin.LastBeat,
            ProcessId = plugin.Announcement.ProcessId,
            ResourceTypes = [.. plugin.Announcement.ResourceTypes.Select(type => type.Type).Order(StringComparer.Ordinal)],
            Schemas = withSchemas ? plugin.Announcement.ResourceTypes.ToDictionary(type => type.Type, type => type.Schema, StringComparer.Ordinal) : null,
        })];
    }

    private static Dictionary<string, int> Count<T>(IEnumerable<T> items, Func<T, string> keyOf) =>
        items.GroupBy(keyOf, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => group.Count(), StringComparer.OrdinalIgnoreCase);
}
