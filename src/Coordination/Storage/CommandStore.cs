using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Progress;
using Formae.Messaging.Payloads;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Storage;

/// <summary>
/// One row per command, newest first: partition is the month of the command's id, row the id turned round.
/// Both follow from the id, so a command is found by its id with one read.
/// </summary>
public sealed class CommandStore(FormaeTables tables, CommandSignals signals)
{
    private const string Open = "open";

    private static readonly string[] StandingColumns = ["PartitionKey", "RowKey", "CommandId", "Kind", "Mode", "Source", "State", "Error", "StartedAt", "ModifiedAt", "ClientId", "TraceParent", "UpdateCount", "Subject", "SubjectName"];
    private static readonly string[] HeaderColumns = ["PartitionKey", "RowKey", "CommandId", "Kind", "State", "Source", "ClientId", .. RowText.Columns("Stacks")];

    /// <summary>Stores a new command as open. The look-up comes first: a crash in between leaves one that leads nowhere, never a command that nobody looks after.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <param name="before">What is stored for it between the two: what a dead intake leaves of it is found by the look-up.</param>
    public async Task AddAsync(CommandRecord command, CancellationToken cancellation, Func<Task>? before = null)
    {
        await tables.OpenCommands.UpsertEntityAsync(new TableEntity(Open, command.CommandId), TableUpdateMode.Replace, cancellation);
        if (before is not null)
            await before();
        await tables.Commands.AddEntityAsync(await ToRowAsync(command, cancellation), cancellation);
    }

    /// <summary>Stores what was done without an orchestration of its own, and is over.</summary>
    public async Task RecordAsync(CommandRecord command, CancellationToken cancellation) =>
        await tables.Commands.UpsertEntityAsync(await ToRowAsync(command, cancellation), TableUpdateMode.Replace, cancellation);

    /// <summary>Nothing is left to be done for this command.</summary>
    public Task ForgetOpenAsync(string commandId, CancellationToken cancellation) => tables.OpenCommands.DeleteEntityAsync(Open, commandId, ETag.All, cancellation);

    /// <exception cref="UnreadableCommandException">It is stored, and what is stored cannot be understood.</exception>
    public async Task<CommandRecord?> FindAsync(string commandId, CancellationToken cancellation)
    {
        if (!Ksuid.IsValid(commandId))
            return null;
        var (partition, row) = KeyOf(commandId);
        if (await tables.Commands.FindAsync(partition, row, cancellation) is not { } found)
            return null;
        try
        {
            return await FromRowAsync(found, cancellation);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            throw new UnreadableCommandException(commandId, e);
        }
    }

    /// <summary>What a command is, without what it does. Stacks that cannot be understood are left out: one such command is no reason to look at no other.</summary>
    public async Task<CommandHeader?> HeaderAsync(string commandId, CancellationToken cancellation)
    {
        if (!Ksuid.IsValid(commandId))
            return null;
        var (partition, row) = KeyOf(commandId);
        var found = await tables.Commands.GetEntityIfExistsAsync<TableEntity>(partition, row, HeaderColumns, cancellation);
        if (!found.HasValue || found.Value is not { } header)
            return null;
        try
        {
            return await HeaderOfAsync(header, cancellation);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return HeaderOf(header, []);
        }
    }

    /// <summary>How a command stands as a whole: small, because followers read it again and again.</summary>
    public async Task<CommandStanding?> StandingAsync(string commandId, CancellationToken cancellation)
    {
        if (!Ksuid.IsValid(commandId))
            return null;
        var (partition, row) = KeyOf(commandId);
        var found = await tables.Commands.GetEntityIfExistsAsync<TableEntity>(partition, row, StandingColumns, cancellation);
        return found.HasValue && found.Value is { } value
            ? new CommandStanding(
                value.GetString("CommandId"), value.GetString("Kind"), value.GetString("Mode"), value.GetString("Source"), value.GetString("State"), value.GetString("Error"),
                value.GetDateTimeOffset("StartedAt"), value.GetDateTimeOffset("ModifiedAt"))
            {
                ClientId = value.GetString("ClientId"),
                TraceParent = value.GetString("TraceParent"),
                UpdateCount = value.GetInt32("UpdateCount") ?? 0,
                Subject = value.GetString("Subject"),
                SubjectName = value.GetString("SubjectName"),
            }
            : null;
    }

    /// <summary>Its stacks, policies and first targets are written: it runs. False when it was canceled meanwhile: then nothing of it starts.</summary>
    public async Task<bool> SetOpenedAsync(string commandId, DateTimeOffset at, CancellationToken cancellation)
    {
        var (_, state) = await ChangeAsync(commandId, States.InProgress, at, row => row["OpenedAt"] = at, cancellation);
        return state == States.InProgress;
    }

    /// <summary>
    /// Marks a command as canceled: whoever reads it from now on starts nothing more for it. Answers the command as it was at that moment, with the state that it has now;
    /// one that was over already keeps its state.
    /// </summary>
    public async Task<CommandRecord> MarkCancelingAsync(string commandId, DateTimeOffset at, CancellationToken cancellation)
    {
        var (found, state) = await ChangeAsync(commandId, States.Canceling, at, _ => { }, cancellation);
        return (await FromRowAsync(found, cancellation)) with { State = state };
    }

    /// <summary>Writes final state, time of change and error. A command that is final stays as it is, and one that was canceled ends canceled. Answers the state that it has then.</summary>
    public async Task<string> EndAsync(string commandId, string state, DateTimeOffset at, string? error, CancellationToken cancellation) => (await ChangeAsync(commandId, state, at, row =>
    {
        // A row that is refused for its size would keep the command open, and its stacks leased.
        if (error is not null)
            row["Error"] = UpdateProgressColumns.Shorten(error);
    }, cancellation)).State;

    /// <summary>Writes a state, on what the row says at that moment. Answers the row as it was before, and the state that it has now.</summary>
    private async Task<(TableEntity Found, string State)> ChangeAsync(string commandId, string wanted, DateTimeOffset at, Action<TableEntity> more, CancellationToken cancellation)
    {
        var (partition, key) = KeyOf(commandId);
        while (true)
        {
            var found = await tables.Commands.FindAsync(partition, key, cancellation) ?? throw new InvalidOperationException($"Command {commandId} is not stored.");
            var before = found.GetString("State");
            if (States.IsFinal(before))
                return (found, before);
            var state = before != States.Canceling ? wanted : States.IsFinal(wanted) ? States.Canceled : States.Canceling;
            var changed = new TableEntity(partition, key) { ["State"] = state, ["ModifiedAt"] = at };
            more(changed);
            try
            {
                await tables.Commands.UpdateEntityAsync(changed, found.ETag, TableUpdateMode.Merge, cancellation);
                signals.Changed(commandId);
                return (found, state);
            }
            catch (RequestFailedException e) when (e.Status == 412)
            {
                // Somebody else changed it in between: look again.
            }
        }
    }

    /// <summary>What commands are, without what they do, newest first: a search reads far more of them than it shows.</summary>
    /// <param name="now">Nothing is younger.</param>
    /// <param name="condition">A filter of the table's own, so that what cannot match is not sent; null for none.</param>
    /// <param name="after">The id of the command behind which to begin; null for the newest.</param>
    /// <param name="cancellation">Cancels.</param>
    public async IAsyncEnumerable<CommandHeader> HeadersAsync(DateTimeOffset now, string? condition, string? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Partitions sort by month, oldest first: the first row tells how far back there is anything.
        string? oldest = null;
        await foreach (var row in tables.Commands.QueryAsync<TableEntity>(filter: (string?)null, maxPerPage: 1, ["PartitionKey"], cancellation))
        {
            oldest = row.PartitionKey;
            break;
        }

        var (firstMonth, lastRow) = after is null ? (MonthOf(now.UtcDateTime), null) : KeyOf(after);
        for (var date = after is null ? now.UtcDateTime : Ksuid.TimeOf(after).UtcDateTime; oldest is not null && string.CompareOrdinal(MonthOf(date), oldest) >= 0; date = date.AddDays(1 - date.Day).AddDays(-1))
        {
            var month = MonthOf(date);
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {month}");
            if (lastRow is not null && month == firstMonth)
                filter += TableClient.CreateQueryFilter($" and RowKey gt {lastRow}");
            if (condition is not null)
                filter += $" and {condition}";
            await foreach (var row in tables.Commands.QueryAsync<TableEntity>(filter, 1000, HeaderColumns, cancellation))
                yield return await HeaderOfAsync(row, cancellation);
        }
    }

    /// <summary>Ids of the commands that were not closed yet: what a restart must look after. Some may not be stored, because their intake died or is not done.</summary>
    public async Task<IReadOnlyList<string>> OpenAsync(CancellationToken cancellation) =>
        [.. (await tables.OpenCommands.ReadPartitionAsync(Open, cancellation)).Select(row => row.RowKey)];

    /// <summary>When its look-up was written, by the clock of the tables.</summary>
    public async Task<DateTimeOffset?> OpenedAtAsync(string commandId, CancellationToken cancellation) =>
        (await tables.OpenCommands.FindAsync(Open, commandId, cancellation))?.Timestamp;

    private static (string Partition, string Row) KeyOf(string commandId)
    {
        var time = Ksuid.TimeOf(commandId);
        return (MonthOf(time.UtcDateTime), Ksuid.Inverted(commandId));
    }

    /// <summary>What is stored is no JSON, or not the one that is expected; a text is missing; or what was left of it elsewhere is gone.</summary>
    private static bool IsUnreadable(Exception failure) => failure is JsonException or PayloadException or ArgumentNullException;

    private static string MonthOf(DateTime date) => date.ToString("yyyyMM", CultureInfo.InvariantCulture);

    private async ValueTask<CommandHeader> HeaderOfAsync(TableEntity row, CancellationToken cancellation) =>
        HeaderOf(row, JsonSerializer.Deserialize((await tables.Texts.ReadAsync(row, "Stacks", cancellation))!, StorageJson.Rows.IReadOnlyListString)!);

    private static CommandHeader HeaderOf(TableEntity row, IReadOnlyList<string> stacks) =>
        new(row.GetString("CommandId"), row.GetString("Kind"), row.GetString("State"), row.GetString("Source"), row.GetString("ClientId"), stacks);

    private async ValueTask<TableEntity> ToRowAsync(CommandRecord command, CancellationToken cancellation)
    {
        var (partition, key) = KeyOf(command.CommandId);
        var row = new TableEntity(partition, key)
        {
            ["CommandId"] = command.CommandId,
            ["Kind"] = command.Kind,
            ["Mode"] = command.Mode,
            ["Force"] = command.Force,
            ["Source"] = command.Source,
            ["ClientId"] = command.ClientId,
            ["State"] = command.State,
            ["StartedAt"] = command.StartedAt,
            ["ModifiedAt"] = command.ModifiedAt,
            ["Groups"] = command.Groups,
            ["UpdateCount"] = command.UpdateCount,
            ["EngineVersion"] = command.EngineVersion,
        };
        if (command.Description is { } description)
            await tables.Texts.WriteAsync(tables.Commands, row, "Description", JsonSerializer.Serialize(description, StorageJson.Rows.Description), cancellation);
        if (command.Error is { } error)
            row["Error"] = error;
        if (command.Subject is { } subject)
            row["Subject"] = subject;
        if (command.SubjectName is { } name)
            row["SubjectName"] = name;
        if (command.OpenedAt is { } opened)
            row["OpenedAt"] = opened;
        if (command.TraceParent is { } trace)
            row["TraceParent"] = trace;
        await tables.Texts.WriteAsync(tables.Commands, row, "Stacks", JsonSerializer.Serialize(command.Stacks, StorageJson.Rows.IReadOnlyListString), cancellation);
        if (command.TargetUpdates.Count > 0)
            await tables.Texts.WriteAsync(tables.Commands, row, "TargetUpdates", JsonSerializer.Serialize(command.TargetUpdates, StorageJson.Rows.IReadOnlyListTargetUpdate), cancellation);
        await tables.Texts.WriteAsync(tables.Commands, row, "StackUpdates", JsonSerializer.Serialize(command.StackUpdates, StorageJson.Rows.IReadOnlyListStackUpdate), cancellation);
        if (command.PolicyUpdates.Count > 0)
            await tables.Texts.WriteAsync(tables.Commands, row, "PolicyUpdates", JsonSerializer.Serialize(command.PolicyUpdates, StorageJson.Rows.IReadOnlyListPolicyUpdate), cancellation);
        return row;
    }

    private async ValueTask<CommandRecord> FromRowAsync(TableEntity row, CancellationToken cancellation) => new()
    {
        CommandId = row.GetString("CommandId"),
        Kind = row.GetString("Kind"),
        Mode = row.GetString("Mode"),
        Force = row.GetBoolean("Force") ?? false,
        Source = row.GetString("Source"),
        ClientId = row.GetString("ClientId"),
        Subject = row.GetString("Subject"),
        SubjectName = row.GetString("SubjectName"),
        Description = await tables.Texts.ReadAsync(row, "Description", cancellation) is { } description ? JsonSerializer.Deserialize(description, StorageJson.Rows.Description) : null,
        State = row.GetString("State"),
        StartedAt = row.GetDateTimeOffset("StartedAt") ?? default,
        ModifiedAt = row.GetDateTimeOffset("ModifiedAt") ?? default,
        Groups = row.GetInt32("Groups") ?? 0,
        UpdateCount = row.GetInt32("UpdateCount") ?? 0,
        Stacks = JsonSerializer.Deserialize((await tables.Texts.ReadAsync(row, "Stacks", cancellation))!, StorageJson.Rows.IReadOnlyListString)!,
        TargetUpdates = await tables.Texts.ReadAsync(row, "TargetUpdates", cancellation) is { } targets ? JsonSerializer.Deserialize(targets, StorageJson.Rows.IReadOnlyListTargetUpdate)! : [],
        StackUpdates = JsonSerializer.Deserialize((await tables.Texts.ReadAsync(row, "StackUpdates", cancellation))!, StorageJson.Rows.IReadOnlyListStackUpdate)!,
        PolicyUpdates = await tables.Texts.ReadAsync(row, "PolicyUpdates", cancellation) is { } policies ? JsonSerializer.Deserialize(policies, StorageJson.Rows.IReadOnlyListPolicyUpdate)! : [],
        OpenedAt = row.GetDateTimeOffset("OpenedAt"),
        Error = row.GetString("Error"),
        TraceParent = row.GetString("TraceParent"),
        EngineVersion = row.GetString("EngineVersion"),
    };
}
