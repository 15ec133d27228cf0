using Formae.Coordination.Catalog;
using Formae.Coordination.Observability;
using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;
using Formae.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Formae.Coordination.Synchronization;

/// <summary>What the orchestration of a synchronisation has done for it. Each step may run twice.</summary>
public sealed partial class SynchronizeSteps(
    ResourceStore resources, CommandStore commands, PluginCatalog catalog, IOptions<SynchronizationOptions> options, OperationRules rules, TimeProvider time, ILogger<SynchronizeSteps> logger)
{
    /// <summary>The next resources to look at. A stack that a command works on is left alone: whatever is seen there now may be gone before it is written.</summary>
    public async Task<SynchronizePage> NextAsync(SynchronizeInput input, CancellationToken cancellation)
    {
        OperationMeasures.Activity("read page");
        using var span = Spans.Continue(input.TraceParent, "read page")?.SetTag(Attributes.CommandId, input.CommandId);
        await catalog.RefreshAsync(cancellation);
        var rows = await resources.ReadPlacesAsync(input.After, options.Value.PageSize, cancellation);
        var busy = (await TableRows.ReadEachAsync(await commands.OpenAsync(cancellation), id => commands.HeaderAsync(id, cancellation)))
            .OfType<CommandHeader>().Where(command => !States.IsFinal(command.State)).SelectMany(command => command.Stacks).ToHashSet(StringComparer.Ordinal);
        var found = rows.Where(row => !busy.Contains(row.Stack) && catalog.SchemaOf(row.Type) is not null).Select(row => new SynchronizedResource(row.Ksuid, Resource.NamespaceOf(row.Type))).ToList();
        span?.SetTag(Attributes.Count, found.Count);
        if (rows.Count == 0)
            Spans.Ended(input.TraceParent, "sync", Ksuid.TimeOf(input.CommandId), time.GetUtcNow())?.SetTag(Attributes.CommandId, input.CommandId).Dispose();
        return new SynchronizePage
        {
            Resources = found,
            Skipped = rows.Count - found.Count,
            Last = rows.Count == 0 ? null : rows[^1].Place,
            CallTimeout = rules.Of("").CallTimeout,
        };
    }

    /// <summary>A synchronisation that wrote something is recorded, so that the versions it wrote say where they come from; one that did not leaves no trace.</summary>
    public async Task EndAsync(SynchronizationProgress progress, CancellationToken cancellation)
    {
        LogEnded(progress.CommandId, progress.Done, progress.Changed, progress.Gone, progress.Skipped, progress.Failed);
        if (progress.Changed + progress.Gone == 0)
            return;
        await commands.RecordAsync(new CommandRecord
        {
            CommandId = progress.CommandId,
            Kind = "sync",
            Mode = "patch",
            Source = Sources.Synchronization,
            State = States.Success,
            StartedAt = Ksuid.TimeOf(progress.CommandId),
            ModifiedAt = time.GetUtcNow(),
            UpdateCount = progress.Changed + progress.Gone,
        }, cancellation);
    }

    [LoggerMessage(EventId = 1201, Level = LogLevel.Information, Message = "Synchronisation {CommandId}: {Done} resources, {Changed} changed, {Gone} gone, {Skipped} left alone, {Failed} not readable")]
    private partial void LogEnded(string commandId, int done, int changed, int gone, int skipped, int failed);
}
