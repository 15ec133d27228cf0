using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>What was written to the resources of a stack, by whom and when. The entries themselves are written beside the rows of the resources.</summary>
public sealed class ChangeLog(FormaeTables tables)
{
    /// <summary>Newest first.</summary>
    public IAsyncEnumerable<Change> ReadAsync(string stack, CancellationToken cancellation) => ReadAsync(stack, before: null, cancellation);

    /// <summary>
    /// Newest first, only what is older than a version. A command does a thing to a resource once: of two entries that say the same, the older is of a write that
    /// was interrupted before its version was stored, and is passed over.
    /// </summary>
    public async IAsyncEnumerable<Change> ReadAsync(string stack, string? before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var partition = Keys.Escape(stack);
        var filter = before is null ? TableClient.CreateQueryFilter($"PartitionKey eq {partition}") : TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {Ksuid.Inverted(before)}");
        var told = new HashSet<(string Ksuid, string CommandId, string Operation)>();
        await foreach (var row in tables.Changes.QueryAsync<TableEntity>(filter, maxPerPage: 100, cancellationToken: cancellation))
        {
            var change = new Change(row.GetString("Ksuid"), row.GetString("Type"), row.GetString("Label"), row.GetString("Operation"), row.GetString("CommandId"), row.GetString("Version"));
            if (told.Add((change.Ksuid, change.CommandId, change.Operation)))
                yield return change;
        }
    }
}

/// <param name="Operation"><c>create</c>, <c>update</c> or <c>delete</c>; of a resource that went to another stack, <c>delete</c> in the one it left.</param>
/// <param name="Version">The version that was written; a KSUID, so it tells when.</param>
public sealed record Change(string Ksuid, string Type, string Label, string Operation, string CommandId, string Version);
