using System.Text.Json;
using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Engine.Commands;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Storage;

/// <summary>The updates of a command: partition is the command, row the place in its groups. Written by intake once, then by the command's orchestration only.</summary>
public sealed class UpdateStore(FormaeTables tables, PluginCatalog catalog)
{
    private static readonly string[] SummaryColumns = ["PartitionKey", "RowKey", "State", "DeletesFrom"];
    private static readonly string[] GraphColumns = ["PartitionKey", "RowKey", "Ksuid", "Label", "Type", "Namespace", "State", .. RowText.Columns("DependsOn")];

    public Task AddAsync(IReadOnlyList<UpdateRecord> updates, CancellationToken cancellation) =>
        tables.Updates.WriteAllAsync([.. updates.Select(ToRow)], TableTransactionActionType.UpsertReplace, cancellation);

    public async Task<UpdateRecord?> FindAsync(string commandId, string row, CancellationToken cancellation) =>
        await tables.Updates.FindAsync(commandId, row, cancellation) is { } found ? await FromRowAsync(found, cancellation) : null;

    /// <summary>How each update of a command stands, without its plan: a command may have very many.</summary>
    public async Task<IReadOnlyList<UpdateSummary>> SummariesAsync(string commandId, CancellationToken cancellation) =>
        [.. (await tables.Updates.ReadPartitionAsync(commandId, cancellation, SummaryColumns))
            .Select(row => new UpdateSummary(row.RowKey, row.GetString("State"), row.GetString("DeletesFrom")))];

    public async Task<IReadOnlyList<UpdateRecord>> ListAsync(string commandId, CancellationToken cancellation) =>
        await TableRows.ConvertAsync(await tables.Updates.ReadPartitionAsync(commandId, cancellation), row => FromRowAsync(row, cancellation));

    /// <summary>The graph of one group: no properties are read.</summary>
    public async Task<ChangesetGraph> ReadGraphAsync(string commandId, int group, CancellationToken cancellation)
    {
        var from = UpdateRecord.RowOf(group, 0);
        var to = UpdateRecord.RowOf(group + 1, 0);
        var rows = await tables.Updates.ReadAsync(
            TableClient.CreateQueryFilter($"PartitionKey eq {commandId} and RowKey ge {from} and RowKey lt {to}"), cancellation, GraphColumns);
        return new ChangesetGraph
        {
            Nodes = [.. rows.Select(row => new ChangesetNode
            {
                Key = row.GetString("Ksuid"),
                Row = row.RowKey,
                Name = $"'{row.GetString("Label")}' ({row.GetString("Type")})",
                Namespace = row.GetString("Namespace"),
                DependsOn = JsonSerializer.Deserialize(RowText.Read(row, "DependsOn") ?? "[]", StorageJson.Rows.Int32Array)!,
                State = StateOf(row.GetString("State")),
            })],
        };
    }

    public Task RecordAsync(string commandId, IReadOnlyList<(string Row, UpdateProgress Progress)> changes, CancellationToken cancellation) =>
        tables.Updates.WriteAllAsync([.. changes.Select(change => Progress(new TableEntity(commandId, change.Row), change.Progress))], TableTransactionActionType.UpdateMerge, cancellation);

    private static NodeState StateOf(string state) => state switch
    {
        States.Success => NodeState.Success,
        States.Failed => NodeState.Failed,
        States.Rejected => NodeState.Rejected,
        States.Canceled => NodeState.Canceled,
        _ => NodeState.NotStarted,
    };

    private static TableEntity ToRow(UpdateRecord update)
    {
        var row = new TableEntity(update.CommandId, update.Row)
        {
            ["Ksuid"] = update.Plan.Resource.Ksuid,
            ["Label"] = update.Plan.Resource.Label,
            ["Type"] = update.Plan.Resource.Type,
            ["Namespace"] = update.Plan.Resource.Namespace,
        };
        if (update.Plan.Operation == ResourceOperation.Delete)
            row["DeletesFrom"] = update.Plan.Resource.Stack;
        if (update.DependsOn.Length > 0)
            RowText.Write(row, "DependsOn", JsonSerializer.Serialize(update.DependsOn, StorageJson.Rows.Int32Array));
        if (update.Plan.Existing?.Version is { } version)
            row["ExistingVersion"] = version;
        RowText.Write(row, "Plan", JsonSerializer.Serialize(update.Plan, StorageJson.Rows.ResourceUpdate));
        return Progress(row, update.Progress);
    }

    private static TableEntity Progress(TableEntity row, UpdateProgress progress)
    {
        row["State"] = progress.State;
        if (progress.Attempt > 0)
            row["Attempt"] = progress.Attempt;
        if (progress.MaxAttempts > 0)
            row["MaxAttempts"] = progress.MaxAttempts;
        if (progress.NativeId is not null)
            row["NativeId"] = progress.NativeId;
        if (progress.Error is not null)
            row["Error"] = Shorten(progress.Error);
        if (progress.Message is not null)
            row["Message"] = Shorten(progress.Message);
        if (progress.StartedAt is { } started)
            row["StartedAt"] = started;
        if (progress.FinishedAt is { } finished)
            row["FinishedAt"] = finished;
        return row;
    }

    private static string Shorten(string text) => text.Length <= 8_000 ? text : text[..8_000] + " …";

    private async ValueTask<UpdateRecord> FromRowAsync(TableEntity row, CancellationToken cancellation)
    {
        var plan = JsonSerializer.Deserialize(RowText.Read(row, "Plan")!, StorageJson.Rows.ResourceUpdate)!;
        plan = plan with
        {
            Resource = await WithSchemaAsync(plan.Resource, cancellation),
            Existing = plan.Existing is { } existing ? await WithSchemaAsync(existing, cancellation) with { Version = row.GetString("ExistingVersion") } : null,
        };
        return new UpdateRecord
        {
            CommandId = row.PartitionKey,
            Row = row.RowKey,
            Plan = plan,
            DependsOn = JsonSerializer.Deserialize(RowText.Read(row, "DependsOn") ?? "[]", StorageJson.Rows.Int32Array)!,
            Progress = new UpdateProgress
            {
                State = row.GetString("State"),
                Attempt = row.GetInt32("Attempt") ?? 0,
                MaxAttempts = row.GetInt32("MaxAttempts") ?? 0,
                NativeId = row.GetString("NativeId"),
                Error = row.GetString("Error"),
                Message = row.GetString("Message"),
                StartedAt = row.GetDateTimeOffset("StartedAt"),
                FinishedAt = row.GetDateTimeOffset("FinishedAt"),
            },
        };
    }

    /// <summary>The catalog's schemas are not stored with each update.</summary>
    private async ValueTask<Resource> WithSchemaAsync(Resource resource, CancellationToken cancellation) =>
        resource.Schema is null ? resource with { Schema = await catalog.FindSchemaAsync(resource.Type, cancellation) } : resource;
}
