using System.Globalization;
using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Engine.Rate;
using Formae.Protocol.Http;
using Microsoft.DurableTask.Client;

namespace Formae.Coordination.Queries;

/// <summary>The plugins that announced themselves.</summary>
public sealed class PluginQueries(PluginCatalog catalog, PluginHealth health, RequestQueues queues, TimeProvider time)
{
    /// <param name="text">Part of the name, the namespace or the summary, in any case; null for any.</param>
    /// <param name="category">The category; null for any.</param>
    /// <param name="type">The kind of plugin; null for any.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<IReadOnlyList<Plugin>> ListAsync(string? text, string? category, string? type, DurableTaskClient client, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var shown = await TableRows.ReadEachAsync(
            catalog.Plugins.Concat(catalog.Refused).OrderBy(plugin => plugin.Announcement.Name, StringComparer.Ordinal), plugin => ShowAsync(plugin, client, cancellation));
        return [.. shown
            .Where(plugin => Has(text, plugin.Name) || Has(text, plugin.Namespace) || Has(text, plugin.Summary))
            .Where(plugin => Is(category, plugin.Category) && Is(type, plugin.Type))];
    }

    /// <summary>By name or namespace, in any case, with its schemas and its queue.</summary>
    public async Task<Plugin?> FindAsync(string name, DurableTaskClient client, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        var found = catalog.Plugins.Concat(catalog.Refused).FirstOrDefault(plugin =>
            string.Equals(plugin.Announcement.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(plugin.Announcement.Namespace, name, StringComparison.OrdinalIgnoreCase));
        if (found is null)
            return null;
        var shown = await ShowAsync(found, client, cancellation);
        if (found.Refusal is not null)
            return shown;
        var (depth, oldest) = await queues.LookAsync(found.Announcement.RequestQueue, cancellation);
        return shown with
        {
            QueueDepth = depth,
            OldestRequest = oldest,
            Schemas = found.Announcement.ResourceTypes.ToDictionary(type => type.Type, type => type.Schema, StringComparer.Ordinal),
        };
    }

    private static bool Has(string? part, string? text) => string.IsNullOrEmpty(part) || text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;

    private static bool Is(string? wanted, string? value) => string.IsNullOrEmpty(wanted) || string.Equals(wanted, value, StringComparison.OrdinalIgnoreCase);

    private async Task<Plugin> ShowAsync(PluginEntry plugin, DurableTaskClient client, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var announcement = plugin.Announcement;
        var isEnabled = catalog.IsEnabled(plugin);
        var shown = new Plugin
        {
            Name = announcement.Name,
            Namespace = announcement.Namespace,
            Summary = announcement.Summary,
            Publisher = announcement.Publisher,
            License = announcement.License,
            InstalledVersion = announcement.Version,
            LoadStatus = plugin.Refusal is not null ? "refused" : !isEnabled ? "disabled" : plugin.IsSilent(now) ? "silent" : "active",
            LoadReason = plugin.Refusal ?? (isEnabled ? catalog.NoticeOf(plugin) : $"Formae:Plugins:{announcement.Name}:Enabled is false: what it has begun is carried on, new operations wait."),
            MaxRequestsPerSecond = announcement.MaxRequestsPerSecond,
            LastBeat = plugin.IsSkipped ? null : plugin.LastBeat,
            ProcessId = plugin.IsSkipped ? null : announcement.ProcessId,
            ResourceTypes = [.. announcement.ResourceTypes.Select(type => type.Type).Order(StringComparer.Ordinal)],
            TargetConfig = announcement.TargetConfig?.Fields,
        };
        if (plugin.Refusal is not null)
            return shown;
        var counts = await health.FindAsync(announcement.Namespace, cancellation);
        var rate = await client.Entities.GetEntityAsync<RateState>(EntityNames.RateOf(announcement.Namespace), includeState: true, cancellation);
        var backOff = rate?.State.Rate.BackOff ?? default;
        var limit = catalog.LimitOf(announcement.Namespace);
        return shown with
        {
            CurrentRequestsPerSecond = backOff.CurrentAt(limit, now),
            RateReason = ReasonOf(backOff, plugin, limit, now),
            LastSuccess = counts.LastSuccess,
            LastFailure = counts.LastFailure,
            LastProblem = counts.LastProblem,
            ErrorRate = counts.ErrorRateAt(now),
        };
    }

    private static string? ReasonOf(BackOff backOff, PluginEntry plugin, double limit, DateTimeOffset now) =>
        backOff.IsFeltAt(limit, now) ? string.Create(CultureInfo.InvariantCulture, $"The cloud throttled its calls at {backOff.LoweredAt.UtcDateTime:u}{(backOff.Reason is { } said ? $": {said}" : "")}")
        : limit != plugin.Announcement.MaxRequestsPerSecond ? string.Create(CultureInfo.InvariantCulture, $"Formae:Plugins:{plugin.Announcement.Name}:MaxRequestsPerSecond is {limit}.")
        : null;
}
