using System.Text.Json;
using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Coordination.Commands;
using Formae.Engine.Commands;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;
using ResourceUpdate = Formae.Engine.Planning.ResourceUpdate;
using TargetUpdate = Formae.Engine.Planning.TargetUpdate;

namespace Formae.Coordination.Storage;

/// <summary>
/// The updates of a command, of resources and of targets: partition is the command, row the place in its groups. Written by intake once, then by the command's
/// orchestration only.
/// </summary>
public sealed partial class UpdateStore(FormaeTables tables, PartitionWriter writer, PluginCatalog catalog, ProgressJournal journal)
{
    private const string OfTarget = "target";

    /// <summary>How long storage that has too much to do may keep what ends updates: a person may wait for it.</summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromMinutes(3);

    private static readonly string[] SummaryColumns = ["PartitionKey", "RowKey", "Ksuid", "DeletesFrom", UpdateProgressColumns.Forced, .. UpdateProgressColumns.OfState];
    private static readonly string[] ProgressColumns = ["PartitionKey", "RowKey", "Kind", "Ksuid", "Label", "Type", "Stack", "Operation", .. UpdateProgressColumns.All];
    private static readonly string[] GraphColumns = ["PartitionKey", "RowKey", "Kind", "Ksuid", "Label", "Type", "Namespace", .. UpdateProgressColumns.OfState, .. RowText.Columns("DependsOn")];

    public Task AddAsync(IReadOnlyList<UpdateRecord> updates, CancellationToken cancellation) => AddAsync(updates, [], patience: TimeSpan.Zero, cancellation);

    /// <param name="updates">Those of resources.</param>
    /// <param name="targets">Those of targets.</param>
    /// <param name="patience">For how long storage is asked again that has too much to do.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task AddAsync(IReadOnlyList<UpdateRecord> updates, IReadOnlyList<TargetUpdateRecord> targets, TimeSpan patience, CancellationToken cancellation) =>
        await writer.WriteAsync(
            tables.Updates,
            [.. await TableRows.ConvertAsync(updates, update => ToRowAsync(update, cancellation)), .. await TableRows.ConvertAsync(targets, update => ToRowAsync(update, cancellation))],
            TableTransactionActionType.UpsertReplace, patience, cancellation);

    /// <summary>Forgets the updates of a command that was never stored itself.</summary>
    public async Task RemoveAsync(string commandId, CancellationToken cancellation) =>
        await writer.WriteAsync(
            tables.Updates, await tables.Updates.ReadPartitionAsync(commandId, cancellation, ["PartitionKey", "RowKey"]), TableTransactionActionType.Delete, patience: TimeSpan.Zero, cancellation);

    public async Task<UpdateRecord?> FindAsync(string commandId, string row, CancellationToken cancellation) =>
        await tables.Updates.FindAsync(commandId, row, cancellation) is { } found ? await FromRowAsync(found, cancellation) : null;

    public async Task<TargetUpdateRecord?> FindTargetAsync(string commandId, string row, CancellationToken cancellation) =>
        await tables.Updates.FindAsync(commandId, row, cancellation) is { } found ? await TargetFromRowAsync(found, cancellation) : null;

    /// <summary>The target updates that are no nodes of a group, of one kind: <see cref="TargetUpdateRecord.AtOpen"/> or <see cref="TargetUpdateRecord.AtClose"/>.</summary>
    public async Task<IReadOnlyList<TargetUpdateRecord>> ListTargetsAsync(string commandId, string when, CancellationToken cancellation)
    {
        var from = TargetUpdateRecord.RowAt(when, 0);
        var to = when + "~";
        var rows = await tables.Updates.ReadAsync(TableClient.CreateQueryFilter($"PartitionKey eq {commandId} and RowKey ge {from} and RowKey lt {to}"), cancellation);
        return await TableRows.ConvertAsync(rows, row => TargetFromRowAsync(row, cancellation));
    }

    /// <summary>What a command did to targets.</summary>
    public async Task<IReadOnlyList<TargetUpdateRecord>> ListTargetsAsync(string commandId, CancellationToken cancellation) =>
        await TableRows.ConvertAsync(
            await tables.Updates.ReadAsync(TableClient.CreateQueryFilter($"PartitionKey eq {commandId} and Kind eq {OfTarget}"), cancellation), row => TargetFromRowAsync(row, cancellation));

    /// <summary>How each update of a command stands, without its plan: a command may have very many.</summary>
    public async Task<IReadOnlyList<UpdateSummary>> SummariesAsync(string commandId, CancellationToken cancellation) =>
        await tables.Updates.ReadPartitionAsync(
            commandId,
            row => new UpdateSummary(row.RowKey, UpdateProgressColumns.StateOf(row), row.GetString("DeletesFrom"), row.ETag)
            {
                Ksuid = row.GetString("Ksuid"),
                IsForceCanceled = UpdateProgressColumns.IsForced(row),
            },
            SummaryColumns, cancellation);

    /// <summary>The resource updates of a command.</summary>
    public async Task<IReadOnlyList<UpdateRecord>> ListAsync(string commandId, CancellationToken cancellation) => (await ListAllAsync(commandId, cancellation)).Resources;

    /// <summary>All updates of a command.</summary>
    public async Task<(IReadOnlyList<UpdateRecord> Resources, IReadOnlyList<TargetUpdateRecord> Targets)> ListAllAsync(string commandId, CancellationToken cancellation)
    {
        var rows = await tables.Updates.ReadPartitionAsync(commandId, cancellation);
        var targets = await TableRows.ConvertAsync([.. rows.Where(IsOfTarget)], row => TargetFromRowAsync(row, cancellation));
        return (await TableRows.ConvertAsync(targets.Count == 0 ? rows : [.. rows.Where(row => !IsOfTarget(row))], row => FromRowAsync(row, cancellation)), targets);
    }

    /// <summary>The graph of one group: no properties are read.</summary>
    public async Task<ChangesetGraph> ReadGraphAsync(string commandId, int group, CancellationToken cancellation)
    {
        var from = UpdateRecord.RowOf(group, 0);
        var to = UpdateRecord.RowOf(group + 1, 0);
        var rows = await tables.Updates.ReadAsync(
            TableClient.CreateQueryFilter($"PartitionKey eq {commandId} and RowKey ge {from} and RowKey lt {to}"), cancellation, GraphColumns);
        return new ChangesetGraph
        {
            Nodes = await TableRows.ConvertAsync(rows, async row => new ChangesetNode
            {
                Key = IsOfTarget(row) ? "" : row.GetString("Ksuid"),
                Row = row.RowKey,
                Name = NameOf(row),
                Namespace = IsOfTarget(row) ? "" : row.GetString("Namespace"),
                IsTarget = IsOfTarget(row),
                DependsOn = await DependenciesAsync(row, cancellation),
                State = StateOf(UpdateProgressColumns.StateOf(row)),
            }),
        };
    }

    /// <summary>What each update of a command is and how it stands, by their rows; without the plans.</summary>
    public async Task<IReadOnlyList<UpdateStanding>> StandingsAsync(string commandId, CancellationToken cancellation)
    {
        var standings = await tables.Updates.ReadPartitionAsync(
            commandId,
            row => new UpdateStanding(row.RowKey, IsOfTarget(row), row.GetString("Ksuid"), row.GetString("Type"), row.GetString("Label"), row.GetString("Stack"), row.GetString("Operation"), UpdateProgressColumns.Read(row)),
            ProgressColumns, cancellation);

        // Commands of older versions say what they do in their plans only.
        if (standings.TrueForAll(standing => standing.Operation is not null))
            return standings;
        var (resources, targets) = await ListAllAsync(commandId, cancellation);
        return [.. resources.Select(update => new UpdateStanding(update.Row, false, update.Plan.Resource.Ksuid, update.Plan.Resource.Type, update.Plan.Resource.Label, update.Plan.Resource.Stack, OperationOf(update.Plan), update.Progress))
            .Concat(targets.Select(update => new UpdateStanding(update.Row, true, null, null, update.Plan.Target.Label, null, OperationOf(update.Plan), update.Progress)))
            .OrderBy(standing => standing.Row, StringComparer.Ordinal)];
    }

    /// <summary>Writes what changed. A state that is final stays, whatever comes after it: see <see cref="UpdateProgressColumns"/>.</summary>
    public async Task RecordAsync(string commandId, IReadOnlyList<(string Row, UpdateProgress Progress)> changes, CancellationToken cancellation)
    {
        await writer.WriteAsync(
            tables.Updates, [.. changes.Select(change => UpdateProgressColumns.Write(new TableEntity(commandId, change.Row), change.Progress))], TableTransactionActionType.UpdateMerge,
            patience: TimeSpan.Zero, cancellation);
        await journal.AppendAsync(commandId, [.. changes.Select(change => new ProgressChange { Row = change.Row, Progress = change.Progress })], cancellation);
    }

    /// <summary>Ends every update that has not ended, for one reason.</summary>
    public Task<IReadOnlyList<UpdateSummary>> SettleAsync(string commandId, string state, string reason, DateTimeOffset at, CancellationToken cancellation) =>
        SettleAsync(commandId, _ => new Settlement(state, reason), at, cancellation);

    /// <summary>Ends updates that have not ended. What their own walk says of them afterwards changes nothing any more. Answers how all updates stand then.</summary>
    /// <param name="commandId">The command.</param>
    /// <param name="end">How an update that has not ended is to end; null leaves it alone.</param>
    /// <param name="at">When.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<IReadOnlyList<UpdateSummary>> SettleAsync(string commandId, Func<UpdateSummary, Settlement?> end, DateTimeOffset at, CancellationToken cancellation)
    {
        var told = new Dictionary<string, Settlement>(StringComparer.Ordinal);
        while (true)
        {
            var all = await SummariesAsync(commandId, cancellation);
            var settled = new List<TableEntity>();
            foreach (var update in all.Where(update => !States.IsFinal(update.State)))
            {
                if (end(update) is not { } settlement)
                    continue;
                settled.Add(UpdateProgressColumns.Settle(new TableEntity(commandId, update.Row) { ETag = update.Version }, settlement, at));
                told[update.Row] = settlement;
            }

            if (settled.Count == 0)
            {
                // Only of those that this has ended: some ended by themselves in between.
                await journal.AppendAsync(commandId, [.. from update in all where told.TryGetValue(update.Row, out var settlement) && settlement.State == update.State select Ended(update.Row, told[update.Row], at)], cancellation);
                return all;
            }

            try
            {
                await writer.WriteAsync(tables.Updates, settled, TableTransactionActionType.UpdateMerge, SettleTime, cancellation);
            }
            catch (Azure.RequestFailedException e) when (e.Status == 412)
            {
                // Some have changed in between, or were settled and the answer got lost: look again.
            }
        }
    }

    private static ProgressChange Ended(string row, Settlement settlement, DateTimeOffset at) =>
        new() { Row = row, Progress = new UpdateProgress { State = settlement.State, Error = settlement.Error, Message = settlement.Message, FinishedAt = at } };

    private static bool IsOfTarget(TableEntity row) => row.GetString("Kind") == OfTarget;

    private static string NameOf(TableEntity row) => IsOfTarget(row) ? $"target '{row.GetString("Label")}'" : $"'{row.GetString("Label")}' ({row.GetString("Type")})";

    private static string OperationOf(ResourceUpdate plan) => plan.Operation.ToString().ToLowerInvariant();

    private static string OperationOf(TargetUpdate plan) => plan.Operation.ToString().ToLowerInvariant();

    internal static NodeState StateOf(string state) => state switch
    {
        States.Success => NodeState.Success,
        States.Failed => NodeState.Failed,
        States.Rejected => NodeState.Rejected,
        States.Canceled => NodeState.Canceled,
        _ => NodeState.NotStarted,
    };

    private async ValueTask<TableEntity> ToRowAsync(UpdateRecord update, CancellationToken cancellation)
    {
        var row = new TableEntity(update.CommandId, update.Row)
        {
            ["Ksuid"] = update.Plan.Resource.Ksuid,
            ["Label"] = update.Plan.Resource.Label,
            ["Type"] = update.Plan.Resource.Type,
            ["Namespace"] = update.Plan.Resource.Namespace,
            ["Stack"] = update.Plan.Resource.Stack,
            ["Operation"] = OperationOf(update.Plan),
        };
        WriteIdentity(row, update.Plan);
        if (update.Plan.Operation == ResourceOperation.Delete)
            row["DeletesFrom"] = update.Plan.Resource.Stack;
        else if (update.Plan is { Operation: ResourceOperation.Update, OldStack: { } left and not Stack.Unmanaged })
            row["DeletesFrom"] = left;
        if (update.Plan.Existing?.Version is { } version)
            row["ExistingVersion"] = version;
        await WriteDependenciesAsync(row, update.DependsOn, cancellation);

        // What it waits for is told by the places above; by names it would be many times as long.
        await tables.Texts.WriteAsync(tables.Updates, row, "Plan", JsonSerializer.Serialize(update.Plan with { DependsOn = [] }, StorageJson.Rows.ResourceUpdate), cancellation);
        return UpdateProgressColumns.WriteFirst(row, update.Progress);
    }

    private async ValueTask<TableEntity> ToRowAsync(TargetUpdateRecord update, CancellationToken cancellation)
    {
        var row = new TableEntity(update.CommandId, update.Row) { ["Kind"] = OfTarget, ["Label"] = update.Plan.Target.Label, ["Operation"] = OperationOf(update.Plan) };
        await WriteDependenciesAsync(row, update.DependsOn, cancellation);
        await tables.Texts.WriteAsync(tables.Updates, row, "Plan", JsonSerializer.Serialize(update.Plan with { DependsOn = [] }, StorageJson.Rows.TargetUpdate), cancellation);
        return UpdateProgressColumns.WriteFirst(row, update.Progress);
    }

    private ValueTask WriteDependenciesAsync(TableEntity row, int[] places, CancellationToken cancellation) =>
        places.Length == 0 ? ValueTask.CompletedTask : tables.Texts.WriteAsync(tables.Updates, row, "DependsOn", JsonSerializer.Serialize(places, StorageJson.Rows.Int32Array), cancellation);

    private async ValueTask<int[]> DependenciesAsync(TableEntity row, CancellationToken cancellation) =>
        JsonSerializer.Deserialize(await tables.Texts.ReadAsync(row, "DependsOn", cancellation) ?? "[]", StorageJson.Rows.Int32Array)!;

    private async ValueTask<UpdateRecord> FromRowAsync(TableEntity row, CancellationToken cancellation)
    {
        var plan = JsonSerializer.Deserialize((await tables.Texts.ReadAsync(row, "Plan", cancellation))!, StorageJson.Rows.ResourceUpdate)!;
        plan = plan with
        {
            Resource = await WithSchemaAsync(plan.Resource, cancellation),
            Existing = plan.Existing is { } existing ? await WithSchemaAsync(existing, cancellation) with { Version = row.GetString("ExistingVersion") } : null,
        };
        return new UpdateRecord { CommandId = row.PartitionKey, Row = row.RowKey, Plan = plan, DependsOn = await DependenciesAsync(row, cancellation), Progress = UpdateProgressColumns.Read(row) };
    }

    private async ValueTask<TargetUpdateRecord> TargetFromRowAsync(TableEntity row, CancellationToken cancellation) => new()
    {
        CommandId = row.PartitionKey,
        Row = row.RowKey,
        Plan = JsonSerializer.Deserialize((await tables.Texts.ReadAsync(row, "Plan", cancellation))!, StorageJson.Rows.TargetUpdate)!,
        DependsOn = await DependenciesAsync(row, cancellation),
        Progress = UpdateProgressColumns.Read(row),
    };

    /// <summary>The catalog's schemas are not stored with each update.</summary>
    private async ValueTask<Resource> WithSchemaAsync(Resource resource, CancellationToken cancellation) =>
        resource.Schema is null ? resource with { Schema = await catalog.FindSchemaAsync(resource.Type, cancellation) } : resource;
}
