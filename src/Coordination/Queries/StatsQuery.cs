using System.Reflection;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Bus.DeadLetters;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Queries;

/// <summary>The control plane in numbers. Rows are counted by the few columns that say what they are.</summary>
public sealed class StatsQuery(CommandStore commands, ResourceStore resources, StackStore stacks, TargetStore targets, PluginCatalog catalog, DeadLetterBox letters, TimeProvider time)
{
    /// <summary>The kind and the source of commands that only look whether the world is still as recorded: they would drown the others.</summary>
    private const string Sync = "sync";

    public static string Version { get; } =
        typeof(StatsQuery).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    public async Task<Stats> StatsAsync(CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var clients = new HashSet<string>(StringComparer.Ordinal);
        var kinds = new Dictionary<string, int>(StringComparer.Ordinal);
        var states = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var command in commands.HeadersAsync(time.GetUtcNow(), condition: null, after: null, cancellation))
        {
            if (command.Kind == Sync || command.Source == Sync)
                continue;
            if (command.ClientId.Length > 0)
                clients.Add(command.ClientId);
            Count(kinds, command.Kind);
            Count(states, command.State);
        }

        var managed = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var unmanaged = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var types = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        await foreach (var resource in resources.KindsAsync(cancellation))
        {
            Count(resource.Managed ? managed : unmanaged, resource.Type.Split("::", 2)[0]);
            Count(types, resource.Type);
        }

        var byNamespace = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var target in await targets.ListAsync(cancellation))
            Count(byNamespace, target.Namespace);
        return new Stats
        {
            Version = Version,
            AgentId = Environment.MachineName,
            Clients = clients.Count,
            Commands = kinds,
            States = states,
            Stacks = (await stacks.ListAsync(cancellation)).Count,
            Resources = managed,
            UnmanagedResources = unmanaged,
            Targets = byNamespace,
            ResourceTypes = types,
            DeadLetters = await DeadLettersAsync(cancellation),
            Plugins = [.. catalog.Plugins.Select(plugin => new PluginStats
            {
                Namespace = plugin.Announcement.Namespace,
                Version = plugin.Announcement.Version,
                NodeName = plugin.Announcement.NodeName,
                MaxRequestsPerSecond = plugin.Announcement.MaxRequestsPerSecond,
                ResourceCount = managed.GetValueOrDefault(plugin.Announcement.Namespace),
                ResourceTypesToDiscover = [.. plugin.Announcement.ResourceTypes.Where(type => type.CanList).Select(type => type.Type).Order(StringComparer.Ordinal)],
            })],
        };
    }

    /// <summary>A bus that is away is no reason to say nothing of the rest.</summary>
    private async Task<IReadOnlyDictionary<string, int>?> DeadLettersAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            return await letters.CountAsync(patience.Token);
        }
        catch (Exception e) when (e is ServiceBusException or UnauthorizedAccessException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static void Count(Dictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;
}
