using Formae.Coordination.Catalog;
using Formae.Protocol.Http;

namespace Formae.Coordination.Queries;

/// <summary>The plugins that announced themselves.</summary>
public sealed class PluginQueries(PluginCatalog catalog, TimeProvider time)
{
    /// <param name="text">Part of the name, the namespace or the summary, in any case; null for any.</param>
    /// <param name="category">The category; null for any.</param>
    /// <param name="type">The kind of plugin; null for any.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<IReadOnlyList<Plugin>> ListAsync(string? text, string? category, string? type, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        return [.. catalog.Plugins
            .OrderBy(plugin => plugin.Announcement.Name, StringComparer.Ordinal)
            .Select(plugin => Show(plugin, withSchemas: false))
            .Where(plugin => Has(text, plugin.Name) || Has(text, plugin.Namespace) || Has(text, plugin.Summary))
            .Where(plugin => Is(category, plugin.Category) && Is(type, plugin.Type))];
    }

    /// <summary>By name or namespace, in any case, with its schemas.</summary>
    public async Task<Plugin?> FindAsync(string name, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var found = catalog.Plugins.FirstOrDefault(plugin =>
            string.Equals(plugin.Announcement.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(plugin.Announcement.Namespace, name, StringComparison.OrdinalIgnoreCase));
        return found is null ? null : Show(found, withSchemas: true);
    }

    private static bool Has(string? part, string? text) => string.IsNullOrEmpty(part) || text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;

    private static bool Is(string? wanted, string? value) => string.IsNullOrEmpty(wanted) || string.Equals(wanted, value, StringComparison.OrdinalIgnoreCase);

    private Plugin Show(PluginEntry plugin, bool withSchemas) => new()
    {
        Name = plugin.Announcement.Name,
        Namespace = plugin.Announcement.Namespace,
        Summary = plugin.Announcement.Summary,
        Publisher = plugin.Announcement.Publisher,
        License = plugin.Announcement.License,
        InstalledVersion = plugin.Announcement.Version,
        LoadStatus = plugin.IsSilent(time.GetUtcNow()) ? "silent" : "active",
        MaxRequestsPerSecond = plugin.Announcement.MaxRequestsPerSecond,
        LastBeat = plugin.LastBeat,
        ProcessId = plugin.Announcement.ProcessId,
        ResourceTypes = [.. plugin.Announcement.ResourceTypes.Select(type => type.Type).Order(StringComparer.Ordinal)],
        Schemas = withSchemas ? plugin.Announcement.ResourceTypes.ToDictionary(type => type.Type, type => type.Schema, StringComparer.Ordinal) : null,
    };
}
