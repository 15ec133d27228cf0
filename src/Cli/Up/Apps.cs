using Formae.Embedded.Host;

namespace Formae.Cli.Up;

/// <summary>The apps that <c>formae up</c> runs: those beside it, and the plugins that were named.</summary>
/// <param name="Coordinator">Its dll.</param>
/// <param name="Plugins">What their manifests say.</param>
internal sealed record Apps(string Coordinator, IReadOnlyList<AppManifest> Plugins)
{
    public const string CoordinatorName = "coordinator";

    /// <param name="folder"><c>apps/</c>: <c>coordinator</c>, and <c>plugins</c> with a folder each.</param>
    /// <param name="further">Folders of further plugins.</param>
    /// <exception cref="UpException">Something is missing, wrong, or there twice.</exception>
    public static Apps Find(string folder, IReadOnlyList<string> further)
    {
        var coordinator = Path.Combine(folder, CoordinatorName, "Formae.Coordinator.dll");
        if (!File.Exists(coordinator))
            throw new UpException($"The coordinator is missing: there is no {coordinator}. Build src/Cli, which puts it there.");
        List<AppManifest> plugins;
        try
        {
            plugins = [.. AppManifest.ReadAll(Path.Combine(folder, "plugins")), .. further.Select(AppManifest.Read)];
        }
        catch (InvalidDataException e)
        {
            throw new UpException(e.Message, e);
        }

        Refuse(plugins.Select(plugin => (plugin.Name, plugin)).Concat([(CoordinatorName, null!), (EmbeddedCluster.BusName, null!)]), "name");
        Refuse(plugins.Select(plugin => (plugin.Namespace, plugin)), "namespace");
        return new Apps(coordinator, plugins);
    }

    /// <summary>The queue that a plugin takes its requests from.</summary>
    public static string RequestQueueOf(AppManifest plugin) => $"formae-requests-{plugin.Namespace.ToLowerInvariant()}";

    private static void Refuse(IEnumerable<(string Key, AppManifest Plugin)> plugins, string what)
    {
        if (plugins.GroupBy(plugin => plugin.Key, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
            throw new UpException($"Two apps have the {what} '{twice.Key}': {string.Join(" and ", twice.Select(one => one.Plugin?.AssemblyPath ?? "one of Formae's own"))}.");
    }
}

/// <summary>A control plane cannot be started, or cannot go on; the message says why.</summary>
internal sealed class UpException(string message, Exception? inner = null) : Exception(message, inner);
