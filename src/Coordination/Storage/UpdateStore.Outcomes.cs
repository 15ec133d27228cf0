using Azure.Data.Tables;
using Formae.Engine.Planning;
using Formae.Protocol.Http;
using ResourceUpdate = Formae.Engine.Planning.ResourceUpdate;

namespace Formae.Coordination.Storage;

/// <summary>What became of single updates: who they are about and how they ended, never what they write.</summary>
public sealed partial class UpdateStore
{
    private const string Target = "Target";
    private const string Replacement = "IsReplacement";
    private const string ExistingNativeId = "ExistingNativeId";

    private static readonly string[] OutcomeColumns =
        ["PartitionKey", "RowKey", "Kind", "Ksuid", "Label", "Type", "Stack", "Operation", Target, Replacement, ExistingNativeId, .. UpdateProgressColumns.All];

    /// <summary>Those of some rows that are of resources and have ended.</summary>
    public async Task<IReadOnlyList<UpdateOutcome>> OutcomesAsync(string commandId, IEnumerable<string> rows, CancellationToken cancellation) =>
    [
        .. (await TableRows.ReadEachAsync(rows, row => tables.Updates.GetEntityIfExistsAsync<TableEntity>(commandId, row, OutcomeColumns, cancellation)))
            .Where(row => row.HasValue && !IsOfTarget(row.Value!))
            .Select(row => OutcomeOf(row.Value!))
            .Where(update => States.IsFinal(update.Progress.State)),
    ];

    /// <summary>What <see cref="OutcomesAsync"/> says besides the columns that every update has.</summary>
    private static void WriteIdentity(TableEntity row, ResourceUpdate plan)
    {
        row[Target] = plan.Resource.Target;
        if (plan is { Operation: ResourceOperation.Create, GroupId: not null })
            row[Replacement] = true;
        if ((plan.Existing ?? plan.Resource).NativeId is { } nativeId)
            row[ExistingNativeId] = nativeId;
    }

    private static UpdateOutcome OutcomeOf(TableEntity row) => new()
    {
        CommandId = row.PartitionKey,
        Row = row.RowKey,
        Ksuid = row.GetString("Ksuid"),
        Type = row.GetString("Type"),
        Label = row.GetString("Label"),
        Stack = row.GetString("Stack"),
        Operation = row.GetString("Operation"),
        Target = row.GetString(Target),
        IsReplacement = row.GetBoolean(Replacement) ?? false,
        ExistingNativeId = row.GetString(ExistingNativeId),
        Progress = UpdateProgressColumns.Read(row),
    };
}

/// <summary>What became of an update of a resource.</summary>
public sealed record UpdateOutcome
{
    public required string CommandId { get; init; }

    public required string Row { get; init; }

    public string? Ksuid { get; init; }

    public string? Type { get; init; }

    public string? Label { get; init; }

    public string? Stack { get; init; }

    /// <summary>As the API calls it.</summary>
    public string? Operation { get; init; }

    public string? Target { get; init; }

    /// <summary>The second half of a replace.</summary>
    public bool IsReplacement { get; init; }

    /// <summary>What the cloud called the object before.</summary>
    public string? ExistingNativeId { get; init; }

    public required UpdateProgress Progress { get; init; }
}
