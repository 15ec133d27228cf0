using Formae.Cli.CommandLine;
using Formae.Embedded.Host;
using Formae.Protocol.Bus;

namespace Formae.Cli.Up;

/// <summary>The apps that <c>formae up</c> runs: those beside it, and the plugins that were named.</summary>
/// <param name="Coordinator">Its dll.</param>
/// <param name="Plugins">What their manifests say.</param>
internal sealed record Apps(string Coordinator, IReadOnlyList<AppManifest> Plugins)
{
    /// <summary>Those that this control plane cannot work with: they are not started.</summary>
    public IReadOnlyList<SkippedApp> Skipped { get; private init; } = [];

    /// <summary>Those that want to hear of events.</summary>
    public IReadOnlyList<Listener> Listeners { get; private init; } = [];

    public const string CoordinatorName = "coordinator";

    /// <param name="folder"><c>apps/</c>: <c>coordinator</c>, <c>plugins</c> with a folder each, and <c>more</c> with those that are started when they are named.</param>
    /// <param name="further">Further plugins: the name of one that lies in <c>more</c>, or a folder.</param>
    /// <param name="gate">Which plugins can be worked with.</param>
    /// <exception cref="UpException">Something is missing, wrong, or there twice.</exception>
    /// <exception cref="UsageException">A plugin that was named is nowhere.</exception>
    public static Apps Find(string folder, IReadOnlyList<string> further, VersionGate gate)
    {
        var coordinator = Path.Combine(folder, CoordinatorName, "Formae.Coordinator.dll");
        if (!File.Exists(coordinator))
            throw new UpException($"The coordinator is missing: there is no {coordinator}. Build src/Cli, which puts it there.");
        List<AppManifest> plugins;
        try
        {
            plugins = [.. AppManifest.ReadAll(Path.Combine(folder, "plugins")), .. further.Select(plugin => AppManifest.Read(FolderOf(plugin, Path.Combine(folder, "more"))))];
        }
        catch (InvalidDataException e)
        {
            throw new UpException(e.Message, e);
        }

        var skipped = plugins.Where(plugin => gate.RefusalOf(AnnouncementOf(plugin)) is not null).Select(plugin => new SkippedApp(plugin, gate.RefusalOf(AnnouncementOf(plugin))!)).ToList();
        plugins = [.. plugins.Except(skipped.Select(one => one.Plugin))];
        Refuse(plugins.Select(plugin => (plugin.Name, plugin)).Concat([(CoordinatorName, null!), (EmbeddedCluster.BusName, null!), (AzuriteStorage.Name, null!)]), "name");
        Refuse(plugins.Select(plugin => (plugin.Namespace, plugin)), "namespace");
        return new Apps(coordinator, plugins) { Skipped = skipped, Listeners = [.. plugins.Select(plugin => Listener.Of(plugin)).OfType<Listener>()] };
    }

    /// <summary>The queue that a plugin takes its requests from.</summary>
    public static string RequestQueueOf(AppManifest plugin) => $"formae-requests-{plugin.Namespace.ToLowerInvariant()}";

    /// <summary>The folder of a plugin that was named on the command line.</summary>
    private static string FolderOf(string plugin, string more)
    {
        if (File.Exists(Path.Combine(plugin, AppManifest.FileName)))
            return plugin;
        var shipped = Directory.Exists(more) ? Directory.EnumerateDirectories(more).Order(StringComparer.Ordinal).ToList() : [];
        return shipped.Find(one => Path.GetFileName(one).Equals(plugin, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"--plugin {plugin}: this is neither a folder with a {AppManifest.FileName} nor one of the plugins that come with formae: {string.Join(", ", shipped.Select(Path.GetFileName))}.");
    }

    /// <summary>What a plugin would announce, as far as its manifest tells: the newest contract that it understands is known when it runs.</summary>
    private static PluginAnnouncement AnnouncementOf(AppManifest plugin) => new()
    {
        Name = plugin.Name,
        Namespace = plugin.Namespace,
        Version = plugin.Version,
        RequestQueue = RequestQueueOf(plugin),
        MinContract = plugin.MinContract ?? BusContract.Version,
        MaxContract = Math.Max(plugin.MinContract ?? 0, BusContract.Version),
        MinFormaeVersion = plugin.MinFormaeVersion,
    };

    private static void Refuse(IEnumerable<(string Key, AppManifest Plugin)> plugins, string what)
    {
        if (plugins.GroupBy(plugin => plugin.Key, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
            throw new UpException($"Two apps have the {what} '{twice.Key}': {string.Join(" and ", twice.Select(one => one.Plugin?.AssemblyPath ?? "one of Formae's own"))}.");
    }
}

/// <summary>A plugin that is not started.</summary>
/// <param name="Plugin">What its manifest says.</param>
/// <param name="Reason">Why, with both versions.</param>
internal sealed record SkippedApp(AppManifest Plugin, string Reason);

/// <summary>A control plane cannot be started, or cannot go on; the message says why.</summary>
internal sealed class UpException(string message, Exception? inner = null) : Exception(message, inner);
