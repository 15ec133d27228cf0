using System.Text.Json;
using Formae.Coordination.Bus;
using Formae.Coordination.Storage;
using Formae.Engine.Reports;
using Formae.Engine.Operations;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Bus;
using States = Formae.Protocol.Http.States;

namespace Formae.Coordination.Operations;

/// <summary>Carries out what the operation machine decides: reads the update's row, sends requests, writes the inventory.</summary>
public sealed class OperationExecution(
    UpdateStore updates,
    ResourceStore resources,
    TargetStore targets,
    OperationDispatch dispatch,
    OperationOptions options,
    TimeProvider time)
{
    public RetryRules Retry { get; } = options.ToRules();

    /// <summary>What a report says to the machine; null when it is no report of an operation on a resource.</summary>
    public static Report? Read(OperationReport report) =>
        !OperationName.TryParse(report.OperationId, out var name) || name.Kind is not { } kind ? null : new Report
        {
            CommandId = name.CommandId,
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
            Retry = Retry,
        };
        if (update is null)
            return new Preparation(operation, [], $"The update {begin.CommandId}/{begin.Row} is not stored.");
        if (States.IsFinal(update.Progress.State))
            return new Preparation(operation, [], null) { IsOver = true };
        if (operation.Kind == OperationKind.Delete)
            return new Preparation(operation, [], null) { Update = update };

        var ask = new List<string>();
        foreach (var producer in ProducersOf(update.Plan.Resource))
        {
            if (await resources.FindAsync(producer, cancellation) is not { } found)
                return new Preparation(operation, [], $"The resource {LabelOf(update.Plan, producer)} that it refers to does not exist.");
            if (found.CommandId != begin.CommandId || HoldsSecret(update.Plan.Resource, producer, found.Resource))
                ask.Add(producer);
        }

        return new Preparation(operation, ask, null) { Update = update };
    }

    /// <summary>Sends one message of an operation. Otherwise says why it cannot be carried out.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="send">The message.</param>
    /// <param name="references">Values that were read for it, by producer.</param>
    /// <param name="prepared">Its row, where it was just read; null reads it.</param>
    public async Task<string?> SendAsync(
        Operation operation, OperationEffect.Send send, IReadOnlyDictionary<string, JsonElement> references, UpdateRecord? prepared, CancellationToken cancellation)
    {
        var update = prepared ?? await updates.FindAsync(operation.CommandId, operation.UpdateRow, cancellation)
            ?? throw new InvalidOperationException($"The update {operation.CommandId}/{operation.UpdateRow} is not stored.");
        var resource = update.Plan.Resource;
        var target = await targets.FindAsync(resource.Target, cancellation);
        var request = new OperationRequest
        {
            OperationId = OperationName.Of(operation).ToString(),
            Attempt = send.Attempt,
            Sequence = send.Sequence,
            Verb = send.RequestId is null ? VerbOf(operation.Kind) : OperationVerb.Status,
            Ksuid = resource.Ksuid!,
            ResourceType = resource.Type,
            Label = resource.Label,
            Stack = resource.Stack,
            Target = resource.Target,
            TargetConfig = target?.Config,
            NativeId = send.NativeId ?? update.Plan.Existing?.NativeId ?? resource.NativeId,
            RequestId = send.RequestId,
            ReportTo = BusContract.ReportQueue,
            Timeout = operation.Retry.CallTimeout,
        };
        if (send.RequestId is null)
        {
            (request, var reason) = await FillAsync(request, update.Plan, operation, references, cancellation);
            if (reason is not null)
                return reason;
        }

        return await dispatch.SendAsync(resource.Namespace, request, send.At, time.GetUtcNow(), cancellation) is { } problem ? $"{problem.Code}: {problem.Message}" : null;
    }

    /// <summary>Sends the read of a referenced resource. A problem instead, when there is nothing to read.</summary>
    public async Task<Problem?> SendReadAsync(string commandId, string producer, ReferenceEffect.Read read, CancellationToken cancellation)
    {
        if (await resources.FindAsync(producer, cancellation) is not { } found)
            return new Problem { Code = ProblemCodes.InvalidRequest, Message = $"The referenced resource {producer} does not exist." };
        var resource = found.Resource;
        var target = await targets.FindAsync(resource.Target, cancellation);
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
            TargetConfig = target?.Config,
            NativeId = resource.NativeId,
            PriorProperties = Prior(resource),
            ReportTo = BusContract.ReportQueue,
            Timeout = Retry.CallTimeout,
        };
        return await dispatch.SendAsync(resource.Namespace, request, read.At, time.GetUtcNow(), cancellation);
    }

    /// <summary>Writes what a successful report says into the inventory. Done twice, it changes nothing.</summary>
    public async Task StoreAsync(Operation operation, OperationReport report, IReadOnlyDictionary<string, JsonElement> references, bool late, CancellationToken cancellation)
    {
        var update = await updates.FindAsync(operation.CommandId, operation.UpdateRow, cancellation)
            ?? throw new InvalidOperationException($"The update {operation.CommandId}/{operation.UpdateRow} is not stored.");
        var plan = update.Plan;
        if (operation.Kind == OperationKind.Delete)
        {
            await resources.RemoveAsync(plan.Existing ?? plan.Resource, operation.CommandId, cancellation);
            return;
        }

        var values = await ValuesAsync(plan, references, cancellation);
        var schema = plan.Resource.Schema;
        JsonElement? declared = plan.Resource.Properties is { } properties
            ? SecretValues.Hashed(References.Store(properties, uri => Lookup(values, uri), schema), schema)
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
        if (late)
        {
            await resources.PutLateAsync(resource, operation.CommandId, cancellation);
            return;
        }

        var existing = operation.Kind == OperationKind.Update ? plan.Existing : null;
        await resources.PutAsync(resource, existing, operation.Kind.ToString().ToLowerInvariant(), operation.CommandId, cancellation);
    }

    private async Task<(OperationRequest Request, string? Reason)> FillAsync(
        OperationRequest request, ResourceUpdate plan, Operation operation, IReadOnlyDictionary<string, JsonElement> references, CancellationToken cancellation)
    {
        if (operation.Kind == OperationKind.Delete)
            return (request with { PriorProperties = Prior(plan.Existing ?? plan.Resource) }, null);

        var values = await ValuesAsync(plan, references, cancellation);
        var desired = References.Resolve(plan.Resource.Properties ?? JsonText.EmptyObject, uri => Lookup(values, uri));
        if (desired.Unresolved is [var missing, ..])
            return (request, $"{missing.Path} cannot be resolved: {missing.Reason} ({LabelOf(plan, missing.Uri.Ksuid)}).");
        if (operation.Kind == OperationKind.Create)
            return (request with { Properties = desired.Properties }, null);
        return (request with
        {
            Properties = desired.Properties,
            PriorProperties = plan.Existing is { } existing ? Prior(existing) : null,
            Patch = ExecutedPatch.Of(plan, uri => Lookup(values, uri)).Properties,

            // An update checks first that the cloud still holds what the plan was made against. A repeated attempt does not: the first one may have changed it.
            Expected = request.Attempt == 1 ? plan.Existing?.Properties : null,
        }, null);
    }

    /// <summary>Values by producer: those that were read for this operation, else the producer's row.</summary>
    private async Task<Dictionary<string, IReadOnlyList<JsonElement>>> ValuesAsync(ResourceUpdate plan, IReadOnlyDictionary<string, JsonElement> references, CancellationToken cancellation)
    {
        var values = new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal);
        foreach (var producer in ProducersOf(plan.Resource))
        {
            if (references.TryGetValue(producer, out var read))
                values[producer] = [read];
            else if (await resources.FindAsync(producer, cancellation) is { } found)
                values[producer] = [.. new[] { found.Resource.Properties, found.Resource.ReadOnlyProperties }.OfType<JsonElement>().Select(StoredState.Plain)];
        }

        return values;
    }

    private static JsonElement? Lookup(Dictionary<string, IReadOnlyList<JsonElement>> values, PropertyUri uri) =>
        !values.TryGetValue(uri.Ksuid, out var sources) ? null : sources.Select(source => StoredState.Find(source, uri.Path)).FirstOrDefault(found => found is not null);

    private static JsonElement? Prior(Resource resource) =>
        resource.Properties is { } properties ? SecretValues.Redacted(StoredState.Plain(properties), resource.Schema) : null;

    private static bool HoldsSecret(Resource consumer, string producer, Resource found) =>
        References.Enumerate(consumer.Properties, HintTree.Of(consumer.Schema))
            .Where(reference => reference.Uri.Ksuid == producer)
            .Any(reference => reference.IsOpaque || Value(found, reference.Uri.Path) is not { } value || SecretValues.IsSecret(value, HintTree.None));

    private static JsonElement? Value(Resource resource, string path) =>
        (resource.Properties is { } properties ? StoredState.Find(properties, path) : null)
        ?? (resource.ReadOnlyProperties is { } readOnly ? StoredState.Find(readOnly, path) : null);

    private static IEnumerable<string> ProducersOf(Resource resource) => ResourceStore.ProducersOf(resource.Properties);

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

/// <param name="Operation">What is to be done.</param>
/// <param name="Ask">Producers whose values must be read first.</param>
/// <param name="Unusable">Why it cannot be done at all.</param>
public sealed record Preparation(Operation Operation, IReadOnlyList<string> Ask, string? Unusable)
{
    /// <summary>The row says that it has ended: the beginning came very late, and another command may have the resource by now.</summary>
    public bool IsOver { get; init; }

    /// <summary>The row, for what is sent at once.</summary>
    public UpdateRecord? Update { get; init; }
}
