using System.Text.Json;
using Formae.Coordination.Bus;
using Formae.Coordination.Commands;
using Formae.Coordination.Operations;
using Formae.Coordination.Publishing;
using Formae.Coordination.Storage;
using Formae.Engine.Operations;
using Formae.Engine.Planning;
using Formae.Engine.Reports;
using Formae.Engine.Synchronization;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Microsoft.Extensions.Logging;
using ResourceUpdate = Formae.Engine.Planning.ResourceUpdate;

namespace Formae.Coordination.Synchronization;

/// <summary>Reads one resource through its plugin and writes what is different. Called by the resource's entity only, which is the one writer of its rows.</summary>
public sealed partial class ResourceSynchronization(
    ResourceStore resources, UpdateStore updates, ProgressJournal journal, TargetStore targets, ReferenceValues references, OperationDispatch dispatch, OperationRules rules, EventTopic events, TimeProvider time, ILogger<ResourceSynchronization> logger)
{
    // What a config refers to is taken from the rows; a secret, which they do not have, would be a read before the read.
    private static readonly Dictionary<string, JsonElement> NoValues = [];

    /// <summary>How long after its start an answer still counts: then the orchestration has stopped waiting.</summary>
    public static TimeSpan Patience(TimeSpan callTimeout) => callTimeout * 2 + TimeSpan.FromSeconds(10);

    /// <summary>How long a read may take. One for all plugins, because a synchronisation waits for all of them together.</summary>
    public TimeSpan CallTimeout => rules.Of("").CallTimeout;

    /// <summary>Sends the read. Null: it could not be sent, or there is nothing to read.</summary>
    public async Task<LookAtResource?> SendAsync(LookAtResource look, string ksuid, CancellationToken cancellation)
    {
        if (await resources.FindAsync(ksuid, cancellation) is not { Resource: { NativeId: not null } resource })
            return null;
        if (await targets.FindAsync(resource.Target, cancellation) is not { } target)
            return NotSent(resource, $"The target '{resource.Target}' does not exist.");
        var (config, missing) = TargetConfig.Resolve(target, await references.OfAsync(NoValues, [target.Config], cancellation));
        if (missing is not null)
            return NotSent(resource, $"The config of the target '{target.Label}' cannot be resolved: {missing.Reason}.");
        var request = new OperationRequest
        {
            OperationId = OperationName.OfLook(look.CommandId, ksuid).ToString(),
            Verb = OperationVerb.Read,
            Ksuid = ksuid,
            ResourceType = resource.Type,
            Label = resource.Label,
            Stack = resource.Stack,
            Target = resource.Target,
            TargetConfig = config,
            NativeId = resource.NativeId,
            PriorProperties = resource.Properties is { } properties ? SecretValues.Redacted(StoredState.Plain(properties), resource.Schema) : null,
            ReportTo = BusContract.ReportQueue,
            Timeout = CallTimeout,
            TraceParent = look.TraceParent,
        };
        if (await dispatch.SendAsync(resource.Namespace, request, look.StartAt, time.GetUtcNow(), cancellation) is { } problem)
            return NotSent(resource, $"{problem.Code}: {problem.Message}");
        return look with { Version = resource.Version };
    }

    private LookAtResource? NotSent(Resource resource, string reason)
    {
        LogUnreadable(resource.Key, reason);
        return null;
    }

    /// <summary>
    /// What is to be told of a difference that was written, once it is noted in the journal; null where nobody listens, or there is none. A difference that a crash kept from being
    /// noted is found again here, by the row that it has left.
    /// </summary>
    public async Task<EventNotice?> NoteAsync(LookAtResource look, Seen seen, CancellationToken cancellation)
    {
        if (!events.IsOn || seen is not (Seen.Changed or Seen.Gone))
            return null;
        await journal.AppendAsync(look.CommandId, [new ProgressChange { Row = look.Row, Progress = new UpdateProgress { State = States.Success } }], cancellation);
        return new EventNotice { IsDrift = true, TraceParent = look.TraceParent };
    }

    /// <summary>Writes the difference between a read and the row that it was sent for. Done twice, it changes nothing.</summary>
    public async Task<Seen> StoreAsync(LookAtResource look, OperationReport report, CancellationToken cancellation)
    {
        if (await resources.FindAsync(report.Ksuid, cancellation) is not { Resource: var stored, CommandId: var writer })
            return Seen.Gone;
        if (writer == look.CommandId)
        {
            // The first time may have ended in between: the live row is there, and what is written beside it may not be.
            await resources.PutAsync(stored, stored, "update", look.CommandId, cancellation);
            return Seen.Changed;
        }

        if (stored.Version != look.Version)
            return Seen.Skipped;
        var problem = report.Status == OperationStatus.Success ? null : report.Problem ?? new Problem { Code = ProblemCodes.UnforeseenError, Message = "The plugin reported a failure without saying which." };
        JsonElement? reported = report.Properties is { } told ? SecretValues.Hashed(told, stored.Schema) : null;
        switch (Observation.Of(stored, reported, problem))
        {
            case Observation.Changed changed:
                await RecordAsync(look, ResourceOperation.Update, changed.Resource, stored, cancellation);
                await resources.PutAsync(changed.Resource, stored, "update", look.CommandId, cancellation);
                return Seen.Changed;
            case Observation.Gone:
                await RecordAsync(look, ResourceOperation.Delete, stored, stored, cancellation);
                await resources.RemoveAsync(stored, look.CommandId, cancellation);
                return Seen.Gone;
            case Observation.Refreshed refreshed:
                await resources.RefreshAsync(refreshed.Resource, cancellation);
                return Seen.Same;
            case Observation.Unusable unusable:
                LogUnreadable(stored.Key, unusable.Reason);
                return Seen.Failed;
            default:
                return Seen.Same;
        }
    }

    private Task RecordAsync(LookAtResource look, ResourceOperation operation, Resource resource, Resource stored, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return updates.AddAsync([new UpdateRecord
        {
            CommandId = look.CommandId,
            Row = look.Row,
            Plan = new ResourceUpdate { Node = ResourceUpdate.NodeOf(resource.Ksuid!, operation), Operation = operation, Resource = resource with { Schema = null }, Existing = stored with { Schema = null } },
            Progress = new UpdateProgress { State = States.Success, StartedAt = now, FinishedAt = now },
        }], cancellation);
    }

    [LoggerMessage(EventId = 1202, Level = LogLevel.Warning, Message = "{Resource} could not be synchronised: {Reason}")]
    private partial void LogUnreadable(ResourceKey resource, string reason);
}
