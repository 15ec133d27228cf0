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

    public Task PutAsync(Target target, CancellationToken cancellation)
    {
        var row = new TableEntity(Partition, Keys.Escape(target.Label)) { ["Label"] = target.Label, ["Version"] = target.Version };
        RowText.Write(row, "Document", JsonSerializer.Serialize(target, StorageJson.Rows.Target));
        return tables.Targets.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);
    }

    public Task RemoveAsync(string label, CancellationToken cancellation) => tables.Targets.DeleteEntityAsync(Partition, Keys.Escape(label), ETag.All, cancellation);

    private static Target FromRow(TableEntity row) =>
        JsonSerializer.Deserialize(RowText.Read(row, "Document")!, StorageJson.Rows.Target)! with { Version = row.GetInt32("Version") ?? 1 };
}
