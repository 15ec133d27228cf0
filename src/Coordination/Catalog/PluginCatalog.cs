using System.Collections.Frozen;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Catalog;

/// <summary>
/// The plugins that have announced themselves, stored (one row per namespace) and kept in memory. Maps a resource type to its schema and a namespace to the channel
/// through which its plugin is reached.
/// </summary>
public sealed class PluginCatalog(FormaeTables tables, TimeProvider time)
{
    private const string Partition = "plugin";

    /// <summary>Another coordinator may have heard of a plugin that this one has not: what is older than this is read again before a plan is made.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private Snapshot _snapshot = Snapshot.Empty;

    public IReadOnlyCollection<PluginEntry> Plugins => _snapshot.Plugins.Values;

    /// <summary>Schemas of all types of all plugins.</summary>
    public IReadOnlyDictionary<string, ResourceSchema> Schemas => _snapshot.Schemas;

    public IReadOnlySet<string> Namespaces => _snapshot.Namespaces;

    public ResourceSchema? SchemaOf(string type) => _snapshot.Schemas.GetValueOrDefault(type);

    /// <summary>Whether a schema is the very one of the catalog, which need not be stored with each resource.</summary>
    public bool IsOwn(string type, ResourceSchema? schema) => schema is null || ReferenceEquals(schema, SchemaOf(type) ?? KnownSecrets.Complete(type, null));

    /// <summary>Calls a second by namespace in lower case, where a plugin sets a limit.</summary>
    public IReadOnlyDictionary<string, double> LimitsOf(IEnumerable<string> namespaces)
    {
        var limits = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var @namespace in namespaces.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (Find(@namespace) is { Announcement.MaxRequestsPerSecond: > 0 and var limit })
                limits[@namespace.ToLowerInvariant()] = limit;
        }

        return limits;
    }

    public PluginEntry? Find(string @namespace) => _snapshot.Plugins.GetValueOrDefault(@namespace);

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
    /// the one that started last is listened to, until it falls silent.
    /// </summary>
    /// <returns>Whether it said anything new, and was no mere beat.</returns>
    public async Task<bool> AnnounceAsync(PluginAnnouncement announcement, CancellationToken cancellation)
    {
        var key = Keys.Escape(announcement.Namespace.ToLowerInvariant());
        var text = JsonSerializer.Serialize(announcement with { SentAt = default }, StorageJson.Rows.PluginAnnouncement);

        // Announcements overtake each other, and those of a process that is gone may still wait: the row decides which one is the last.
        bool? isNews;
        do
        {
            isNews = await TryStoreAsync(key, text, announcement, cancellation);
        }
        while (isNews is null);

        await ReadAsync(force: true, cancellation);
        return isNews.Value;
    }

    public Task RefreshAsync(CancellationToken cancellation) => ReadAsync(force: false, cancellation);

    /// <summary>Whether it said anything new; null: another announcement was stored meanwhile.</summary>
    private async Task<bool?> TryStoreAsync(string key, string text, PluginAnnouncement announcement, CancellationToken cancellation)
    {
        var stored = await tables.Plugins.FindAsync(Partition, key, cancellation);
        var known = stored is null ? null : Entry(stored, _snapshot);
        if (known is not null && (known.LastBeat > announcement.SentAt || (known.Announcement.StartedAt > announcement.StartedAt && !known.IsSilent(announcement.SentAt))))
            return false;
        var isSame = known?.Text == text;
        var row = new TableEntity(Partition, key) { ["LastBeat"] = announcement.SentAt };
        if (!isSame)
            RowText.Write(row, "Announcement", text);
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
            var rows = await tables.Plugins.ReadPartitionAsync(Partition, cancellation);
            var before = _snapshot;
            _snapshot = Snapshot.Of(rows.Select(row => Entry(row, before)), time.GetUtcNow());
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>The entry of before is kept when only its beat changed: its schemas stay the same objects, by which the stores know them.</summary>
    private static PluginEntry Entry(TableEntity row, Snapshot before)
    {
        var text = RowText.Read(row, "Announcement")!;
        var beat = row.GetDateTimeOffset("LastBeat") ?? default;
        var known = before.Plugins.Values.FirstOrDefault(entry => entry.Text == text);
        return known is not null
            ? known with { LastBeat = beat }
            : new PluginEntry(Complete(JsonSerializer.Deserialize(text, StorageJson.Rows.PluginAnnouncement)!), beat, text);
    }

    private static PluginAnnouncement Complete(PluginAnnouncement announcement) => announcement with
    {
        ResourceTypes = [.. announcement.ResourceTypes.Select(type => type with { Schema = KnownSecrets.Complete(type.Type, type.Schema)! })],
    };

    private sealed record Snapshot(
        FrozenDictionary<string, PluginEntry> Plugins,
        FrozenDictionary<string, ResourceSchema> Schemas,
        FrozenSet<string> Namespaces,
        DateTimeOffset ReadAt)
    {
        public static Snapshot Empty { get; } = Of([], DateTimeOffset.MinValue);

        public static Snapshot Of(IEnumerable<PluginEntry> entries, DateTimeOffset readAt)
        {
            var plugins = entries.ToFrozenDictionary(entry => entry.Announcement.Namespace, StringComparer.OrdinalIgnoreCase);
            var schemas = plugins.Values
                .SelectMany(entry => entry.Announcement.ResourceTypes)
                .ToFrozenDictionary(type => type.Type, type => type.Schema, StringComparer.OrdinalIgnoreCase);
            return new Snapshot(plugins, schemas, plugins.Keys.ToFrozenSet(StringComparer.OrdinalIgnoreCase), readAt);
        }
    }
}

/// <param name="Announcement">What it said last.</param>
/// <param name="LastBeat">When it was last heard of.</param>
/// <param name="Text">The announcement as it is stored, for telling whether a new one says anything new.</param>
public sealed record PluginEntry(PluginAnnouncement Announcement, DateTimeOffset LastBeat, string Text)
{
    /// <summary>Three beats missed.</summary>
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(100);

    public bool IsSilent(DateTimeOffset now) => now - LastBeat > SilentAfter;
}
