using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>
/// Stacks and their leases, one row each. A command takes the lease of every stack it touches before it plans; whoever finds a lease held is told by which command.
/// </summary>
public sealed class StackStore(FormaeTables tables, TimeProvider time)
{
    private const string Partition = "stack";

    private readonly StorageClock _clock = new(tables);

    /// <summary>After this time a lease whose command was never stored belongs to an intake that died, and may be taken over.</summary>
    private static readonly TimeSpan OrphanAge = TimeSpan.FromSeconds(60);

    public async Task<IReadOnlyList<Stack>> ListAsync(CancellationToken cancellation) =>
        await TableRows.ConvertAsync([.. (await tables.Stacks.ReadPartitionAsync(Partition, cancellation)).Where(IsLive)], row => FromRowAsync(row, cancellation));

    public async Task<Stack?> FindAsync(string label, CancellationToken cancellation) =>
        await tables.Stacks.FindAsync(Partition, Keys.Escape(label), cancellation) is { } row && IsLive(row) ? await FromRowAsync(row, cancellation) : null;

    /// <summary>Stores what is said of a stack. One that is there keeps its id, the time of its first version and its policies.</summary>
    public async Task PutAsync(Stack stack, CancellationToken cancellation)
    {
        var existing = await FindAsync(stack.Label, cancellation);
        await WriteAsync(stack with
        {
            Id = existing?.Id ?? stack.Id,
            CreatedAt = existing?.CreatedAt ?? stack.CreatedAt ?? time.GetUtcNow(),
            Policies = existing is null ? stack.Policies : existing.Policies,
        }, cancellation);
    }

    /// <summary>Stores the policies of a stack, inline ones and references to standalone ones; a stack that is not there has none.</summary>
    public async Task SetPoliciesAsync(string label, Func<IReadOnlyList<JsonElement>, IReadOnlyList<JsonElement>> change, CancellationToken cancellation)
    {
        if (await FindAsync(label, cancellation) is not { } stack)
            return;
        var policies = change(stack.Policies ?? []);
        await WriteAsync(stack with { Policies = policies.Count == 0 ? null : policies }, cancellation);
    }

    // Its own columns only: the lease beside them may be somebody else's business at the same time.
    private async Task WriteAsync(Stack stack, CancellationToken cancellation)
    {
        var row = new TableEntity(Partition, Keys.Escape(stack.Label))
        {
            ["Label"] = stack.Label,
            ["Id"] = stack.Id,
            ["CreatedAt"] = stack.CreatedAt,
            ["Live"] = true,
        };
        await tables.Texts.MergeAsync(tables.Stacks, row, "Document", JsonSerializer.Serialize(stack, StorageJson.Rows.Stack), cancellation);
        await tables.Stacks.UpsertEntityAsync(row, TableUpdateMode.Merge, cancellation);
    }

    /// <summary>
    /// The stack is gone; its row stays for as long as the lease is held. Only the command that holds the lease can do this: a closing that comes late or twice
    /// must not take a stack away that the next command has just made.
    /// </summary>
    public async Task RemoveAsync(string label, string commandId, CancellationToken cancellation)
    {
        var key = Keys.Escape(label);
        while (await tables.Stacks.FindAsync(Partition, key, cancellation) is { } row && row.GetString("LeaseHolder") == commandId)
        {
            try
            {
                await tables.Stacks.UpdateEntityAsync(new TableEntity(Partition, key) { ["Live"] = false }, row.ETag, TableUpdateMode.Merge, cancellation);
                return;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412)
            {
                // The row changed in between: look whether the lease is still held.
            }
        }
    }

    public async Task<bool> IsLeasedByAsync(string label, string commandId, CancellationToken cancellation) =>
        await tables.Stacks.FindAsync(Partition, Keys.Escape(label), cancellation) is { } row && row.GetString("LeaseHolder") == commandId;

    /// <summary>Every lease that is held, and since when at the latest, by the clock of the tables.</summary>
    public async Task<IReadOnlyList<(string Stack, string Holder, DateTimeOffset At)>> LeasesAsync(CancellationToken cancellation) =>
    [
        .. (await tables.Stacks.ReadPartitionAsync(Partition, cancellation, ["PartitionKey", "RowKey", "Label", "LeaseHolder", "Timestamp"]))
            .Where(row => row.GetString("LeaseHolder") is { Length: > 0 })
            .Select(row => (row.GetString("Label"), row.GetString("LeaseHolder"), row.Timestamp ?? DateTimeOffset.MaxValue)),
    ];

    /// <summary>The command that holds the lease, as far as the row tells: it may be over.</summary>
    public async Task<string?> FindLeaseHolderAsync(string label, CancellationToken cancellation) =>
        await tables.Stacks.FindAsync(Partition, Keys.Escape(label), cancellation) is { } row && row.GetString("LeaseHolder") is { Length: > 0 } holder ? holder : null;

    /// <summary>
    /// Whether a command still holds the lease; if so it is written once more. Who has seen it unstored a moment ago and is about to take its lease over finds
    /// another row than the one that was judged, and looks again.
    /// </summary>
    public async Task<bool> ConfirmLeaseAsync(string label, string commandId, CancellationToken cancellation)
    {
        var key = Keys.Escape(label);
        while (await tables.Stacks.FindAsync(Partition, key, cancellation) is { } row && row.GetString("LeaseHolder") == commandId)
        {
            try
            {
                await tables.Stacks.UpdateEntityAsync(new TableEntity(Partition, key) { ["LeasedAt"] = time.GetUtcNow() }, row.ETag, TableUpdateMode.Merge, cancellation);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412)
            {
                // The row changed in between; the lease may still be held.
            }
        }

        return false;
    }

    /// <summary>Takes the lease for a command. Null: it has it now. Otherwise the command that holds it.</summary>
    /// <param name="isOver">Tells whether a command is over, or null when there is none of that id.</param>
    public async Task<string?> TakeLeaseAsync(string label, string commandId, Func<string, Task<bool?>> isOver, CancellationToken cancellation)
    {
        var key = Keys.Escape(label);
        while (true)
        {
            var now = time.GetUtcNow();
            var row = await tables.Stacks.FindAsync(Partition, key, cancellation);
            var lease = new TableEntity(Partition, key) { ["Label"] = label, ["LeaseHolder"] = commandId, ["LeasedAt"] = now };
            try
            {
                if (row is null)
                {
                    lease["Live"] = false;
                    await tables.Stacks.AddEntityAsync(lease, cancellation);
                    return null;
                }

                if (row.GetString("LeaseHolder") is { Length: > 0 } holder && holder != commandId && !await IsAbandonedAsync(row, holder, isOver, cancellation))
                    return holder;
                await tables.Stacks.UpdateEntityAsync(lease, row.ETag, TableUpdateMode.Merge, cancellation);
                return null;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412 or 404)
            {
                // Somebody else was quicker: look who.
            }
        }
    }

    /// <summary>Gives the lease back if the command still holds it.</summary>
    public async Task ReleaseLeaseAsync(string label, string commandId, CancellationToken cancellation)
    {
        var key = Keys.Escape(label);
        while (await tables.Stacks.FindAsync(Partition, key, cancellation) is { } row && row.GetString("LeaseHolder") == commandId)
        {
            try
            {
                if (IsLive(row))
                    await tables.Stacks.UpdateEntityAsync(new TableEntity(Partition, key) { ["LeaseHolder"] = "" }, row.ETag, TableUpdateMode.Merge, cancellation);
                else
                    await tables.Stacks.DeleteEntityAsync(Partition, key, row.ETag, cancellation);
                return;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412)
            {
                // The row changed in between; the lease may still be ours.
            }
        }
    }

    /// <summary>By the clock of the tables: whoever took the lease may have another time than whoever judges it. Its row is not written again before its command is stored.</summary>
    private async Task<bool> IsAbandonedAsync(TableEntity row, string holder, Func<string, Task<bool?>> isOver, CancellationToken cancellation) =>
        await isOver(holder) ?? await _clock.NowAsync(cancellation) - (row.Timestamp ?? DateTimeOffset.MaxValue) > OrphanAge;

    private static bool IsLive(TableEntity row) => row.GetBoolean("Live") ?? false;

    private async ValueTask<Stack> FromRowAsync(TableEntity row, CancellationToken cancellation) =>
        JsonSerializer.Deserialize((await tables.Texts.ReadAsync(row, "Document", cancellation))!, StorageJson.Rows.Stack)! with { CreatedAt = row.GetDateTimeOffset("CreatedAt") };
}
