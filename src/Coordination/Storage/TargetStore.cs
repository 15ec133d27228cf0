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
        await TableRows.ConvertAsync(await tables.Targets.ReadPartitionAsync(Partition, cancellation), row => FromRowAsync(row, cancellation));

    public async Task<Target?> FindAsync(string label, CancellationToken cancellation) =>
        await tables.Targets.FindAsync(Partition, Keys.Escape(label), cancellation) is { } row ? await FromRowAsync(row, cancellation) : null;

    /// <summary>
    /// Stores the next version of a target, unless somebody else has stored one meanwhile: no command holds a lease of a target. A second time is as good as the first.
    /// </summary>
    /// <param name="target">Without its version.</param>
    /// <param name="existing">The version that it takes the place of; 0 when there is none.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<bool> TryPutAsync(Target target, int existing, CancellationToken cancellation)
    {
        var next = target with { Version = existing + 1 };
        while (true)
        {
            var row = await tables.Targets.FindAsync(Partition, Keys.Escape(target.Label), cancellation);
            var stored = row is null ? null : await FromRowAsync(row, cancellation);
            if (stored is not null && stored.Version != existing)
                return TextOf(stored) == TextOf(next);
            try
            {
                await WriteAsync(next, stored, changed => row is null
                    ? tables.Targets.AddEntityAsync(changed, cancellation)
                    : tables.Targets.UpdateEntityAsync(changed, row.ETag, TableUpdateMode.Replace, cancellation), cancellation);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
            {
                // Somebody else was quicker: look what is there now.
            }
        }
    }

    /// <summary>Stores a target, whatever there is.</summary>
    public async Task PutAsync(Target target, CancellationToken cancellation) =>
        await WriteAsync(target, await FindAsync(target.Label, cancellation), row => tables.Targets.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation), cancellation);

    /// <summary>Removes this version of a target; false when there is another one. One that is gone is removed.</summary>
    public async Task<bool> TryRemoveAsync(string label, int version, CancellationToken cancellation)
    {
        while (await tables.Targets.FindAsync(Partition, Keys.Escape(label), cancellation) is { } row)
        {
            var stored = await FromRowAsync(row, cancellation);
            if (stored.Version != version)
                return false;
            try
            {
                await tables.Targets.DeleteEntityAsync(Partition, Keys.Escape(label), row.ETag, cancellation);
                await ForgetReferencesAsync(label, ProducersOf(stored), cancellation);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412)
            {
                // The row changed in between: look again.
            }
        }

        return true;
    }

    /// <summary>What its config refers to can be asked who refers to it: that look-up comes first, so that a crash leaves one too many and never one too few.</summary>
    private async Task WriteAsync(Target target, Target? stored, Func<TableEntity, Task> write, CancellationToken cancellation)
    {
        var now = ProducersOf(target);
        await Task.WhenAll(now.Select(producer => tables.ByReference.UpsertEntityAsync(Reference(producer, target.Label), TableUpdateMode.Replace, cancellation)));
        var row = new TableEntity(Partition, Keys.Escape(target.Label)) { ["Label"] = target.Label, ["Version"] = target.Version };
        await tables.Texts.WriteAsync(tables.Targets, row, "Document", TextOf(target), cancellation);
        await write(row);
        await ForgetReferencesAsync(target.Label, ProducersOf(stored).Except(now), cancellation);
    }

    private Task ForgetReferencesAsync(string label, IEnumerable<string> producers, CancellationToken cancellation) =>
        Task.WhenAll(producers.Select(producer => Reference(producer, label)).Select(row => tables.ByReference.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellation)));

    private static IReadOnlyList<string> ProducersOf(Target? target) => ResourceStore.ProducersOf(target?.Config);

    private static string TextOf(Target target) => JsonSerializer.Serialize(target, StorageJson.Rows.Target);

    private static TableEntity Reference(string producer, string label) => new(producer, Keys.Compose("target", label)) { ["Target"] = label };

    private async ValueTask<Target> FromRowAsync(TableEntity row, CancellationToken cancellation) =>
        JsonSerializer.Deserialize((await tables.Texts.ReadAsync(row, "Document", cancellation))!, StorageJson.Rows.Target)! with { Version = row.GetInt32("Version") ?? 1 };
}
