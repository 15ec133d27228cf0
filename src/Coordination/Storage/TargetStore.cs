using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>Targets, one row each, with the config as it was declared (references and hashes, no plain secrets).</summary>
public sealed class TargetStore(FormaeTables tables)
{
    private const string Partition = "target";

    public async Task<IReadOnlyList<Target>> ListAsync(CancellationToken cancellation) =>
        [.. (await tables.Targets.ReadPartitionAsync(Partition, cancellation)).Select(FromRow)];

    public async Task<Target?> FindAsync(string label, CancellationToken cancellation) =>
        await tables.Targets.FindAsync(Partition, Keys.Escape(label), cancellation) is { } row ? FromRow(row) : null;

    /// <summary>Stores a target. What its config refers to can be asked who refers to it: that look-up comes first, so that a crash leaves one too many and never one too few.</summary>
    public async Task PutAsync(Target target, CancellationToken cancellation)
    {
        var before = ProducersOf(await FindAsync(target.Label, cancellation));
        var now = ProducersOf(target);
        await Task.WhenAll(now.Select(producer => tables.ByReference.UpsertEntityAsync(Reference(producer, target.Label), TableUpdateMode.Replace, cancellation)));
        var row = new TableEntity(Partition, Keys.Escape(target.Label)) { ["Label"] = target.Label, ["Version"] = target.Version };
        RowText.Write(row, "Document", JsonSerializer.Serialize(target, StorageJson.Rows.Target));
        await tables.Targets.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);
        await ForgetReferencesAsync(target.Label, before.Except(now), cancellation);
    }

    public async Task RemoveAsync(string label, CancellationToken cancellation)
    {
        var before = ProducersOf(await FindAsync(label, cancellation));
        await tables.Targets.DeleteEntityAsync(Partition, Keys.Escape(label), ETag.All, cancellation);
        await ForgetReferencesAsync(label, before, cancellation);
    }

    private Task ForgetReferencesAsync(string label, IEnumerable<string> producers, CancellationToken cancellation) =>
        Task.WhenAll(producers.Select(producer => Reference(producer, label)).Select(row => tables.ByReference.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellation)));

    private static IReadOnlyList<string> ProducersOf(Target? target) => ResourceStore.ProducersOf(target?.Config);

    private static TableEntity Reference(string producer, string label) => new(producer, Keys.Compose("target", label)) { ["Target"] = label };

    private static Target FromRow(TableEntity row) =>
        JsonSerializer.Deserialize(RowText.Read(row, "Document")!, StorageJson.Rows.Target)! with { Version = row.GetInt32("Version") ?? 1 };
}
