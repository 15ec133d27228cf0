using Azure.Data.Tables;
using Formae.Messaging.Payloads;

namespace Formae.Coordination.Storage;

/// <summary>Every table there is. Each kind of row has one writer, named in docs/architecture.md.</summary>
public sealed class FormaeTables(TableServiceClient service, PayloadStore payloads)
{
    /// <summary>Texts of rows, however long.</summary>
    internal RowTexts Texts => field ??= new RowTexts(payloads, PayloadUses);

    internal TableClient Commands { get; } = service.GetTableClient("FormaeCommands");

    /// <summary>A row for each command that has not been closed yet, so that looking after those needs no scan of all.</summary>
    internal TableClient OpenCommands { get; } = service.GetTableClient("FormaeOpenCommands");

    internal TableClient Updates { get; } = service.GetTableClient("FormaeUpdates");

    /// <summary>Command → what became of its updates, in the order in which it was written: what followers are told.</summary>
    internal TableClient Progress { get; } = service.GetTableClient("FormaeProgress");

    internal TableClient Resources { get; } = service.GetTableClient("FormaeResources");

    internal TableClient Versions { get; } = service.GetTableClient("FormaeVersions");

    internal TableClient ByKsuid { get; } = service.GetTableClient("FormaeByKsuid");

    internal TableClient ByNativeId { get; } = service.GetTableClient("FormaeByNativeId");

    internal TableClient ByReference { get; } = service.GetTableClient("FormaeByReference");

    /// <summary>Target → the resources on it, so that replacing a target needs no scan of all.</summary>
    internal TableClient ByTarget { get; } = service.GetTableClient("FormaeByTarget");

    /// <summary>Stack → what was written to its resources, newest first: drift and history.</summary>
    internal TableClient Changes { get; } = service.GetTableClient("FormaeChanges");

    internal TableClient Policies { get; } = service.GetTableClient("FormaePolicies");

    internal TableClient Stacks { get; } = service.GetTableClient("FormaeStacks");

    internal TableClient Targets { get; } = service.GetTableClient("FormaeTargets");

    internal TableClient Plugins { get; } = service.GetTableClient("FormaePlugins");

    /// <summary>Where work stands that goes over all rows, bit by bit.</summary>
    internal TableClient Upkeep { get; } = service.GetTableClient("FormaeUpkeep");

    /// <summary>Which rows have the claim of which payload.</summary>
    internal TableClient PayloadUses { get; } = service.GetTableClient("FormaePayloadUses");

    /// <summary>A table by its own name.</summary>
    internal TableClient Named(string name) => service.GetTableClient(name);

    public Task CreateAsync(CancellationToken cancellation) => Task.WhenAll(
        new[] { Commands, OpenCommands, Updates, Progress, Resources, Versions, ByKsuid, ByNativeId, ByReference, ByTarget, Changes, Policies, Stacks, Targets, Plugins, Upkeep, PayloadUses }
            .Select(table => table.CreateIfNotExistsAsync(cancellation)));
}
