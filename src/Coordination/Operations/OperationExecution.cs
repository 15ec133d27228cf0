using System.Text.Json;
using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Engine.Operations;
using Formae.Engine.Reports;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Bus;
using States = Formae.Protocol.Http.States;

namespace Formae.Coordination.Operations;

/// <summary>Carries out what the operation machine decides: reads the update's row, sends requests, writes the inventory.</summary>
public sealed partial class OperationExecution(
    UpdateStore updates,
    ResourceStore resources,
    TargetStore targets,
    ReferenceValues references,
    OperationDispatch dispatch,
    OperationRules rules,
    PluginCatalog catalog,
    TimeProvider time)
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    /// <summary>How operations of a plugin are tried.</summary>
    public RetryRules RulesOf(string @namespace) => rules.Of(@namespace);

    /// <summary>Whether the plugin that an operation waits for was heard of lately.</summary>
    public async Task<bool> IsAliveAsync(string @namespace, CancellationToken cancellation)
    {
        await catalog.RefreshAsync(cancellation);
        return catalog.Find(@namespace) is { } plugin && !plugin.IsSilent(time.GetUtcNow());
    }

    /// <summary>What a report says to the machine; null when it is no report of an operation on a resource.</summary>
    public static Report? Read(OperationReport report) => OperationName.TryParse(report.OperationId, out var name) && name.Kind is { } kind ? Read(report.InFewWords(), name, kind) : null;

    // Remembered by an entity and told to a walk, which tells many at once.
    private static Report Read(OperationReport report, OperationName name, OperationKind kind) =>
        new()
        {
            CommandId = name.CommandId,
            Row = name.Place,
            Kind = kind,
            IsPoll = report.Verb == OperationVerb.Status,
            Sequence = report.Sequence,
            Status = report.Status switch
            {
                OperationStatus.Success => ReportStatus.Success,
                OperationStatus.InProgress => ReportStatus.InProgress,
                OperationStatus.Drifted => ReportStatus.Drifted,
                _ => ReportStatus.Failure,
            },
            NativeId = report.NativeId,
            RequestId = report.RequestId,
            Problem = report.Problem,
            Message = report.Message,
            CallFailed = report.CallFailed,
            IsTruncated = report.IsTruncated,
            IsUnserved = report.IsUnserved,
        };

    /// <summary>Looks at the update's row: which producers must be asked for values, and whether it can be carried out at all.</summary>
    public async Task<Preparation> PrepareAsync(BeginOperation begin, CancellationToken cancellation)
    {
        var update = await updates.FindAsync(begin.CommandId, begin.Row, cancellation);
        var operation = new Operation
        {
            CommandId = begin.CommandId,
            UpdateRow = begin.Row,
            Kind = KindOf(update?.Plan.Operation ?? ResourceOperation.Read),
            Announce = begin.Announce,
            StartAt = begin.StartAt,
            Namespace = update?.Plan.Resource.Namespace ?? "",
            Retry = RulesOf(update?.Plan.Resource.Namespace ?? ""),
            TraceParent = begin.TraceParent,
        };
        if (update is null)
            return new Preparation(operation, [], $"The update {begin.CommandId}/{begin.Row} is not stored.");
        if (States.IsFinal(update.Progress.State))
            return new Preparation(operation, [], null) { IsOver = true, Update = update };
        var plan = update.Plan;
        var target = await targets.FindAsync(plan.Resource.Target, cancellation);
        var (ask, gone) = await references.NeedsAsync(begin.CommandId, target?.Config, schema: null, cancellation);
        if (gone is not null)
        {
            var name = await references.NameOfAsync(gone, plan.ReferenceLabels, cancellation);
            return new Preparation(operation, [], $"The resource {name} that the config of the target '{plan.Resource.Target}' refers to does not exist.");
        }

        if (operation.Kind == OperationKind.Delete)
            return new Preparation(operation, ask, null) { Update = update, Target = target };

        var (more, missing) = await references.NeedsAsync(begin.CommandId, plan.Resource.Properties, plan.Resource.Schema, cancellation);
        if (missing is not null)
            return new Preparation(operation, [], $"The resource {LabelOf(plan, missing)} that it refers to does not exist.");
        return new Preparation(operation with { Note = NameChange.Of(plan) }, ask.Count == 0 ? more : [.. ask.Union(more)], null) { Update = update, Target = target };
    }

    /// <summary>Sends one message of an operation: answers by what it can be taken back until it is delivered. Otherwise says why it cannot be carried out.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="send">The message.</param>
    /// <param name="read">Values that were read for it, by producer.</param>
    /// <param name="prepared">Its rows, where they were just read; null reads them.</param>
    public async Task<(string? Reason, ScheduledRequest? Scheduled)> SendAsync(
        Operation operation, OperationEffect.Send send, IReadOnlyDictionary<string, JsonElement> read, Preparation? prepared, CancellationToken cancellation)
    {
        var update = prepared?.Update ?? await updates.FindAsync(operation.CommandId, operation.UpdateRow, cancellation)
            ?? throw new InvalidOperationException($"The update {operation.CommandId}/{operation.UpdateRow} is not stored.");
        var resource = update.Plan.Resource;
        var target = prepared?.Target ?? await targets.FindAsync(resource.Target, cancellation);
        if (target is null && resource.Target.Length > 0)
            return ($"The target '{resource.Target}' that {resource.Label} is on does not exist.", null);
        var isPoll = send.RequestId is not null;
        var values = await references.OfAsync(read, [target?.Config, isPoll || operation.Kind == OperationKind.Delete ? null : resource.Properties], cancellation);
        var (config, unresolved) = target is null ? (null, null) : TargetConfig.Resolve(target, values);
        if (unresolved is not null)
            return (await ReasonAsync(target!, unresolved, update.Plan.ReferenceLabels, cancellation), null);
        var request = new OperationRequest
        {
            OperationId = OperationName.Of(operation).ToString(),
            Attempt = send.Attempt,
            Doubt = send.Doubt,
            Sequence = send.Sequence,
            Verb = isPoll ? OperationVerb.Status : VerbOf(operation.Kind),
            Ksuid = resource.Ksuid!,
            ResourceType = resource.Type,
            Label = resource.Label,
            Stack = resource.Stack,
            Target = resource.Target,
            TargetConfig = config,
            NativeId = send.NativeId ?? update.Plan.Existing?.NativeId ?? resource.NativeId,
            RequestId = send.RequestId,
            ReportTo = BusContract.ReportQueue,
            Timeout = operation.Retry.CallTimeout,
            TraceParent = operation.TraceParent,
        };
        if (isPoll)
        {
            // A poll says what became of the object, too: the plugin must know which of its values are secrets by this document alone.
            request = request with { PriorProperties = Prior(resource) };
        }
        else
        {
            (request, var reason) = Fill(request, update.Plan, operation, values);
            if (reason is not null)
                return (reason, null);
        }

        var (problem, scheduled) = await dispatch.SendRevocablyAsync(resource.Namespace, request, send.At, time.GetUtcNow(), cancellation);
        return (problem is null ? null : $"{problem.Code}: {problem.Message}", scheduled);
    }

    /// <summary>Takes a message back that is not delivered yet.</summary>
    public Task WithdrawAsync(ScheduledRequest scheduled, CancellationToken cancellation) => dispatch.WithdrawAsync(scheduled, cancellation);

    /// <summary>The producers that must be read before this one can be: those whose secrets the config of its target refers to. And what it is.</summary>
    public async Task<(IReadOnlyList<string> Ask, string Namespace, string Label)> PrepareReadAsync(string producer, CancellationToken cancellation)
    {
        if (await resources.FindAsync(producer, cancellation) is not { } found)
            return ([], "", "");
        var ask = await targets.FindAsync(found.Resource.Target, cancellation) is { } target ? (await references.NeedsAsync(commandId: null, target.Config, schema: null, cancellation)).Ask : [];
        return (ask, found.Resource.Namespace, found.Resource.Label);
    }

    /// <summary>Sends the read of a referenced resource. A problem instead, when there is nothing to read.</summary>
    public async Task<Problem?> SendReadAsync(
        string commandId, string producer, ReferenceEffect.Read read, IReadOnlyDictionary<string, JsonElement> values, string? traceParent, CancellationToken cancellation)
    {
        if (await resources.FindAsync(producer, cancellation) is not { } found)
            return new Problem { Code = ProblemCodes.InvalidRequest, Message = $"The referenced resource {producer} does not exist." };
        var resource = found.Resource;
        var target = await targets.FindAsync(resource.Target, cancellation);
        var (config, unresolved) = target is null ? (null, null) : TargetConfig.Resolve(target, await references.OfAsync(values, [target.Config], cancellation));
        if (unresolved is not null)
            return new Problem { Code = ProblemCodes.InvalidRequest, Message = $"'{resource.Label}', which is referred to, cannot be read: {await ReasonAsync(target!, unresolved, NoLabels, cancellation)}" };
        var request = new OperationRequest
        {
            OperationId = OperationName.OfReference(commandId, producer).ToString(),
            Attempt = read.Attempt,
            Sequence = read.Sequence,
            Verb = OperationVerb.Read,
            Ksuid = producer,
            ResourceType = resource.Type,
            Label = resource.Label,
            Stack = resource.Stack,
            Target = resource.Target,
            TargetConfig = config,
            NativeId = resource.NativeId,
            PriorProperties = Prior(resource),
            ReportTo = BusContract.ReportQueue,
            Timeout = RulesOf(resource.Namespace).CallTimeout,
            TraceParent = traceParent,
        };
        return await dispatch.SendAsync(resource.Namespace, request, read.At, time.GetUtcNow(), cancellation);
    }

    /// <summary>Writes what a successful report says into the inventory. Done twice, it changes nothing.</summary>
    public async Task StoreAsync(OperationEffect.Store store, OperationReport report, IReadOnlyDictionary<string, JsonElement> read, CancellationToken cancellation)
    {
        var (commandId, row) = (store.CommandId, store.Row);
        if (await updates.FindAsync(commandId, row, cancellation) is not { } update)
            throw new InvalidOperationException($"The update {commandId}/{row} is not stored.");
        var kind = KindOf(update.Plan.Operation);

        // The rows are settled before the entity hears of a forced cancel.
        var storeAs = kind == OperationKind.Create && update.Progress.State == States.Canceled && store.As != StoreAs.Second ? StoreAs.Abandoned : store.As;
        var plan = update.Plan;
        if (kind == OperationKind.Delete)
        {
            await resources.RemoveAsync(plan.Existing ?? plan.Resource, commandId, cancellation);
            return;
        }

        var values = await references.OfAsync(read, [plan.Resource.Properties], cancellation);
        var schema = plan.Resource.Schema;
        JsonElement? declared = plan.Resource.Properties is { } properties
            ? SecretValues.Hashed(References.Store(properties, values, schema), schema)
            : null;
        JsonElement? reported = report.Properties is { } told ? SecretValues.Hashed(told, schema) : null;
        var (stored, readOnly) = StoredState.Merge(declared, reported, schema);
        var resource = plan.Resource with
        {
            Properties = stored,
            ReadOnlyProperties = readOnly ?? plan.Resource.ReadOnlyProperties,
            NativeId = report.NativeId ?? plan.Existing?.NativeId ?? plan.Resource.NativeId,
            Managed = true,
            Alias = null,
            PatchDocument = null,
        };
        await ForgetDiscoveredAsync(report, resource, commandId, cancellation);
        await (storeAs switch
        {
            StoreAs.Late => resources.PutLateAsync(resource, commandId, cancellation),
            StoreAs.Abandoned => resources.PutAbandonedAsync(resource, commandId, cancellation),
            StoreAs.Second => resources.PutSecondAsync(resource, commandId, cancellation),
            _ => resources.PutAsync(resource, kind == OperationKind.Update ? plan.Existing : null, kind.ToString().ToLowerInvariant(), commandId, cancellation),
        });
    }

    private static (OperationRequest Request, string? Reason) Fill(OperationRequest request, ResourceUpdate plan, Operation operation, Func<PropertyUri, JsonElement?> values)
    {
        if (operation.Kind == OperationKind.Delete)
            return (request with { PriorProperties = Prior(plan.Existing ?? plan.Resource) }, null);

        if (UnknownSecrets.Find(plan.Resource.Properties, operation.Kind == OperationKind.Update ? plan.Existing?.Properties : null) is { } unknown)
            return (request, $"{unknown} holds the digest of a secret instead of the secret itself, and nobody can write what is not known. Declare the secret.");
        var desired = References.Resolve(plan.Resource.Properties ?? JsonText.EmptyObject, values);
        if (desired.Unresolved is [var missing, ..])
            return (request, $"{missing.Path} cannot be resolved: {missing.Reason} ({LabelOf(plan, missing.Uri.Ksuid)}).");
        if (operation.Kind == OperationKind.Create)
            return (request with { Properties = desired.Properties }, null);
        return (request with
        {
            Properties = desired.Properties,
            PriorProperties = plan.Existing is { } existing ? Prior(existing) : null,
            Patch = ExecutedPatch.Of(plan, values).Properties,

            // An update checks first that the cloud still holds what the plan was made against. A repeated attempt does not: the first one may have changed it.
            Expected = request.Attempt == 1 ? plan.Existing?.Properties : null,
        }, null);
    }

    private async Task<string> ReasonAsync(Target target, UnresolvedReference unresolved, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation) =>
        $"The config of the target '{target.Label}' cannot be resolved: {unresolved.Path}: {unresolved.Reason} ({await references.NameOfAsync(unresolved.Uri.Ksuid, labels, cancellation)}).";

    private static JsonElement? Prior(Resource resource) =>
        resource.Properties is { } properties ? SecretValues.Redacted(StoredState.Plain(properties), resource.Schema) : null;

    private static string LabelOf(ResourceUpdate plan, string ksuid) => plan.ReferenceLabels.TryGetValue(ksuid, out var label) ? $"'{label}'" : ksuid;

    private static OperationKind KindOf(ResourceOperation operation) => operation switch
    {
        ResourceOperation.Update => OperationKind.Update,
        ResourceOperation.Delete => OperationKind.Delete,
        _ => OperationKind.Create,
    };

    private static OperationVerb VerbOf(OperationKind kind) => kind switch
    {
        OperationKind.Create => OperationVerb.Create,
        OperationKind.Update => OperationVerb.Update,
        _ => OperationVerb.Delete,
    };
}
