using System.Runtime.CompilerServices;
using Azure.Data.Tables;

namespace Formae.Coordination.Storage;

/// <summary>What was written to the resources of a stack, by whom and when. The entries themselves are written beside the rows of the resources.</summary>
public sealed class ChangeLog(FormaeTables tables)
{
    /// <summary>Newest first.</summary>
    public async IAsyncEnumerable<Change> ReadAsync(string stack, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in tables.Changes.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Keys.Escape(stack)}"), maxPerPage: 100, cancellationToken: cancellation))
            yield return new Change(row.GetString("Ksuid"), row.GetString("Type"), row.GetString("Label"), row.GetString("Operation"), row.GetString("CommandId"), row.GetString("Version"));
    }
}

/// <param name="Operation"><c>create</c>, <c>update</c> or <c>delete</c>; of a resource that went to another stack, <c>delete</c> in the one it left.</param>
/// <param name="Version">The version that was written; a KSUID, so it tells when.</param>
public sealed record Change(string Ksuid, string Type, string Label, string Operation, string CommandId, string Version);
