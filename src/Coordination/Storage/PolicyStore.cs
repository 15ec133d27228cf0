using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>Standalone policies, one row each. Inline ones, and which stack refers to which policy, are in the rows of the stacks.</summary>
public sealed class PolicyStore(FormaeTables tables)
{
    private const string Partition = "policy";

    public async Task<IReadOnlyList<Policy>> ListAsync(CancellationToken cancellation) =>
        await TableRows.ConvertAsync(await tables.Policies.ReadPartitionAsync(Partition, cancellation), row => FromRowAsync(row, cancellation));

    public async Task<Policy?> FindAsync(string label, CancellationToken cancellation) =>
        await tables.Policies.FindAsync(Partition, Keys.Escape(label), cancellation) is { } row ? await FromRowAsync(row, cancellation) : null;

    public async Task PutAsync(Policy policy, CancellationToken cancellation)
    {
        var row = new TableEntity(Partition, Keys.Escape(policy.Label)) { ["Label"] = policy.Label, ["Type"] = policy.Type };
        await tables.Texts.WriteAsync(tables.Policies, row, "Document", JsonSerializer.Serialize(policy, StorageJson.Rows.Policy), cancellation);
        await tables.Policies.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);
    }

    public Task RemoveAsync(string label, CancellationToken cancellation) => tables.Policies.DeleteEntityAsync(Partition, Keys.Escape(label), ETag.All, cancellation);

    private async ValueTask<Policy> FromRowAsync(TableEntity row, CancellationToken cancellation) =>
        JsonSerializer.Deserialize((await tables.Texts.ReadAsync(row, "Document", cancellation))!, StorageJson.Rows.Policy)!;
}
