using System.Collections.Frozen;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Bus;
using Microsoft.Extensions.Options;

namespace Formae.Coordination.Catalog;

/// <summary>
/// The plugins that have announced themselves, stored (one row per namespace) and kept in memory. Maps a resource type to its schema and a namespace to the channel
/// through which its plugin is reached. A plugin whose beat stopped stays: its queue holds what it is sent until it is back.
/// </summary>
public sealed class PluginCatalog(FormaeTables tables, TimeProvider time, IOptionsMonitor<PluginOptions>? settings = null, VersionGate? gate = null)
{
    private const string Partition = "plugin";

    /// <summary>Those that this control plane cannot work with have a partition of their own: in a roll-out both may be there.</summary>
    private const string RefusedPartition = "refused";

    /// <summary>Another coordinator may have heard of a plugin that this one has not: what is older than this is read again before a plan is made.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private static readonly PluginSettings NoSettings = new();

    private readonly VersionGate _gate = gate ?? VersionGate.Of(typeof(PluginCatalog).Assembly);
    private readonly SemaphoreSlim _reading = new(1, 1);
    private Snapshot _snapshot = Snapshot.Empty;

    /// <summary>Those that can be worked with, whether they are switched off or not.</summary>
    public IReadOnlyCollection<PluginEntry> Plugins => _snapshot.Plugins.Values;

    /// <summary>Those that cannot: they announced themselves, or were not even started. Once another one has taken the place of one of them, it is history.</summary>
    public IReadOnlyCollection<PluginEntry> Refused => [.. _snapshot.Refused.Where(refused => !IsHistory(refused)), .. (settings?.CurrentValue.Skipped ?? []).Select(EntryOf)];

    /// <summary>Schemas of all types of all plugins, those that are switched off included: what is stored still has secrets.</summary>
    public IReadOnlyDictionary<string, ResourceSchema> Schemas => _snapshot.Schemas;

    /// <summary>What plugins say of the configs of their targets, by namespace. One that says nothing is not here.</summary>
    public IReadOnlyDictionary<string, ResourceSchema> TargetConfigs => _snapshot.TargetConfigs;

    public IReadOnlySet<string> Namespaces => _snapshot.Namespaces;

    public ResourceSchema? SchemaOf(string type) => _snapshot.Schemas.GetValueOrDefault(type);

    /// <summary>Whether a schema is the very one of the catalog, which need not be stored with each resource.</summary>
    public bool IsOwn(string type, ResourceSchema? schema) => schema is null || ReferenceEquals(schema, SchemaOf(type) ?? KnownSecrets.Complete(type, null));

    /// <summary>Calls a second that the plugin of a namespace is to get: what the operator says, or what it announces; 0 is no limit.</summary>
    public double LimitOf(string @namespace) =>
        _snapshot.Plugins.TryGetValue(@namespace, out var plugin) ? SettingsOf(plugin).MaxRequestsPerSecond ?? Math.Max(0, plugin.Announcement.MaxRequestsPerSecond) : 0;

    /// <summary>Whether the operator lets it work.</summary>
    public bool IsEnabled(PluginEntry plugin) => SettingsOf(plugin).Enabled;

    /// <summary>The plugin that takes new work of a namespace.</summary>
    public PluginEntry? Find(string @namespace) => _snapshot.Plugins.GetValueOrDefault(@namespace) is { } plugin && IsEnabled(plugin) ? plugin : null;

    /// <summary>Why there is nobody to take new work of a namespace.</summary>
    public string WhyMissing(string @namespace) =>
        _snapshot.Plugins.TryGetValue(@namespace, out var plugin) ? $"{plugin.Announcement.Name} is switched off (Formae:Plugins:{plugin.Announcement.Name}:Enabled)."
        : Refused.FirstOrDefault(refused => refused.Announcement.Namespace.Equals(@namespace, StringComparison.OrdinalIgnoreCase)) is { } refused ? refused.Refusal!
        : "none has announced itself.";

    /// <summary>Why this control plane cannot work with a plugin that says this; null when it can.</summary>
    public string? RefusalOf(PluginAnnouncement announcement) => _gate.RefusalOf(announcement);

    /// <summary>What a plugin asks for and a development build does not look at; null when there is nothing of the kind.</summary>
    public string? NoticeOf(PluginEntry plugin) => plugin.Refusal is null ? _gate.NoticeOf(plugin.Announcement) : null;

    /// <summary>The queue of a namespace's plugin. One that was switched off has one too: what it has begun is still asked about.</summary>
    public string? QueueOf(string @namespace) => _snapshot.Plugins.GetValueOrDefault(@namespace)?.Announcement.RequestQueue;

    /// <summary>
    /// The schema of a type. Reads the catalog when this process has not done so yet, or has not heard of the type: what has no schema has no secrets and no read-only
    /// fields, so nobody may take one for missing that is just not read.
    /// </summary>
    public async ValueTask<ResourceSchema?> FindSchemaAsync(string type, CancellationToken cancellation)
    {
        if (SchemaOf(type) is { } schema)
            return schema;
        await RefreshAsync(cancellation);
        return SchemaOf(type) ?? KnownSecrets.Complete(type, null);
    }

    /// <summary>
    /// Takes an announcement in. Only the time of the beat is written when nothing else changed. Of two processes of a plugin (during a roll-out, or side by side)
    /// the one that started last is listened to, until it falls silent. One that cannot be worked with (<see cref="RefusalOf"/>) is written down for people only.
    /// </summary>
    /// <returns>Whether it said anything new, and was no mere beat.</returns>
    public async Task<bool> AnnounceAsync(PluginAnnouncement announcement, CancellationToken cancellation)
    {
        var key = Keys.Escape(announcement.Namespace.ToLowerInvariant());
        var text = JsonSerializer.Serialize(announcement with { SentAt = default }, StorageJson.Rows.PluginAnnouncement);

        // Announcements overtake each other, and those of a process that is gone may still wait: the row decides which one is the last.
        var partition = RefusalOf(announcement) is null ? Partition : RefusedPartition;
        bool? isNews;
        do
        {
            isNews = await TryStoreAsync(partition, key, text, announcement, cancellation);
        }
        while (isNews is null);

        await ReadAsync(force: true, cancellation);
        return isNews.Value;
    }

    public Task RefreshAsync(CancellationToken cancellation) => ReadAsync(force: false, cancellation);

    /// <summary>Whether it said anything new; null: another announcement was stored meanwhile.</summary>
    private async Task<bool?> TryStoreAsync(string partition, string key, string text, PluginAnnouncement announcement, CancellationToken cancellation)
    {
        var stored = await tables.Plugins.FindAsync(partition, key, cancellation);
        var known = stored is null ? null : await EntryAsync(stored, _snapshot, cancellation);
        if (known is not null && (known.LastBeat > announcement.SentAt || (known.Announcement.StartedAt > announcement.StartedAt && !known.IsSilent(announcement.SentAt))))
            return false;
        var row = new TableEntity(partition, key) { ["LastBeat"] = announcement.SentAt };
        var isSame = known?.Text == RowTexts.IdentityIn(row, text);
        if (!isSame)
            await tables.Texts.WriteAsync(tables.Plugins, row, "Announcement", text, cancellation);
        try
        {
            await (stored is null
                ? tables.Plugins.AddEntityAsync(row, cancellation)
                : tables.Plugins.UpdateEntityAsync(row, stored.ETag, isSame ? TableUpdateMode.Merge : TableUpdateMode.Replace, cancellation));
            return !isSame;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return null;
        }
    }

    private async Task ReadAsync(bool force, CancellationToken cancellation)
    {
        if (!force && time.GetUtcNow() - _snapshot.ReadAt < FreshFor)
            return;
        await _reading.WaitAsync(cancellation);
        try
        {
            if (!force && time.GetUtcNow() - _snapshot.ReadAt < FreshFor)
                return;
            var rows = await tables.Plugins.ReadAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Partition} or PartitionKey eq {RefusedPartition}"), cancellation);
            var before = _snapshot;
            _snapshot = Snapshot.Of(await TableRows.ConvertAsync(rows, row => EntryAsync(row, before, cancellation)), time.GetUtcNow());
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>The entry of before is kept when only its beat changed: its schemas stay the same objects, by which the stores know them.</summary>
    private async ValueTask<PluginEntry> EntryAsync(TableEntity row, Snapshot before, CancellationToken cancellation)
    {
        var text = RowTexts.IdentityOf(row, "Announcement")!;
        var beat = row.GetDateTimeOffset("LastBeat") ?? default;
        var known = before.Plugins.Values.Concat(before.Refused).FirstOrDefault(entry => entry.Text == text);
        if (known is not null)
            return known with { LastBeat = beat };
        var announcement = JsonSerializer.Deserialize((await tables.Texts.ReadAsync(row, "Announcement", cancellation))!, StorageJson.Rows.PluginAnnouncement)!;
        return RefusalOf(announcement) is { } refusal
            ? new PluginEntry(announcement, beat, text) { Refusal = refusal }
            : new PluginEntry(Complete(announcement), beat, text);
    }

    private PluginSettings SettingsOf(PluginEntry plugin) => settings?.CurrentValue.Plugins.GetValueOrDefault(plugin.Announcement.Name) ?? NoSettings;

    /// <summary>One that serves its namespace has been started since, or it fell silent beside one that does.</summary>
    private bool IsHistory(PluginEntry refused) => _snapshot.Plugins.TryGetValue(refused.Announcement.Namespace, out var serving)
        && (serving.Announcement.StartedAt > refused.Announcement.StartedAt || refused.IsSilent(time.GetUtcNow()));

    private static PluginEntry EntryOf(SkippedPlugin plugin) =>
        new(new PluginAnnouncement { Name = plugin.Name, Namespace = plugin.Namespace, Version = plugin.Version, RequestQueue = "" }, default, "") { Refusal = plugin.Reason, IsSkipped = true };

    private static PluginAnnouncement Complete(PluginAnnouncement announcement) => announcement with
    {
        ResourceTypes = [.. announcement.ResourceTypes.Select(type => type with { Schema = KnownSecrets.Complete(type.Type, type.Schema)! })],
    };

    private sealed record Snapshot(
        FrozenDictionary<string, PluginEntry> Plugins,
        IReadOnlyCollection<PluginEntry> Refused,
        FrozenDictionary<string, ResourceSchema> Schemas,
        FrozenDictionary<string, ResourceSchema> TargetConfigs,
        FrozenSet<string> Namespaces,
        DateTimeOffset ReadAt)
    {
        public static Snapshot Empty { get; } = Of([], DateTimeOffset.MinValue);

        public static Snapshot Of(IEnumerable<PluginEntry> entries, DateTimeOffset readAt)
        {
            var all = entries.ToLookup(entry => entry.Refusal is null);
            var plugins = all[true].ToFrozenDictionary(entry => entry.Announcement.Namespace, StringComparer.OrdinalIgnoreCase);

            // A type belongs to the plugin of its namespace; that another one announces it as well must not make the catalog unreadable.
            var schemas = plugins.Values
                .SelectMany(entry => entry.Announcement.ResourceTypes.Select(type => (Type: type, IsOwn: Resource.NamespaceOf(type.Type).Equals(entry.Announcement.Namespace, StringComparison.OrdinalIgnoreCase))))
                .OrderByDescending(one => one.IsOwn)
                .Select(one => one.Type)
                .DistinctBy(type => type.Type, StringComparer.OrdinalIgnoreCase)
                .ToFrozenDictionary(type => type.Type, type => type.Schema, StringComparer.OrdinalIgnoreCase);
            var configs = plugins.Where(plugin => plugin.Value.Announcement.TargetConfig is not null)
                .ToFrozenDictionary(plugin => plugin.Key, plugin => plugin.Value.Announcement.TargetConfig!.Schema, StringComparer.OrdinalIgnoreCase);
            return new Snapshot(plugins, [.. all[false]], schemas, configs, plugins.Keys.ToFrozenSet(StringComparer.OrdinalIgnoreCase), readAt);
        }
    }
}
