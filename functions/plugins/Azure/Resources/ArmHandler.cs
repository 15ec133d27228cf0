using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Core;
using Formae.Model;
using Formae.Plugins.AzureResources.Arm;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

/// <summary>The verbs of every type: what differs between types is where an object is, how it is written and how it is shown.</summary>
internal abstract class ArmHandler<T>(ArmConnections connections, TimeProvider time, JsonTypeInfo<T> json) : IResourceHandler<T>, ILongRunning<T>, IFindExisting<T>, IListable<T>
    where T : class
{
    private readonly AsyncProtocol _protocol = new(time);

    public async Task<CreateResult<T>> CreateAsync(CreateRequest<T> request, CancellationToken cancellationToken)
    {
        var azure = connections.Of(AzureTarget.Of(request));
        if ((TryBuildId(request.Desired, azure.SubscriptionId, out var id) ?? Refuse(request.Desired)) is { } wrong)
            return wrong;
        var (apiVersion, unknown) = await ApiVersionAsync(azure, id, request.Desired, cancellationToken).ConfigureAwait(false);
        if (unknown is not null)
            return unknown;

        // A PUT does not ask whether it makes or changes. What is there must be this very create's own.
        var found = await azure.GetAsync(id, apiVersion, cancellationToken).ConfigureAwait(false);
        var conditions = new MatchConditions { IfNoneMatch = ETag.All };
        if (found.Problem is { Code: not ProblemCodes.NotFound } problem)
            return problem;
        if (found.Problem is null)
        {
            if (!Marks.IsOf(found.Body, request.Ksuid))
                return Problems.AlreadyExists($"{id} exists already, and it was not made for this resource.");
            if (UnfinishedState(found.Body) is { } state)
            {
                return AsyncProtocol.IsDeleting(state)
                    ? Problems.ResourceConflict($"{id} is being deleted.")
                    : new CreateResult<T>.InProgress(new PendingOperation { By = Following.Object, Id = id, ApiVersion = apiVersion }.ToString(), id);
            }

            conditions = found.IfUnchanged;
        }

        var body = Write(request.Desired, forPatch: false);
        Marks.Write(body, CarriesMark(request.Desired) ? request.Ksuid : null, live: null);
        var answer = await azure.SendAsync(RequestMethod.Put, id, apiVersion, body, conditions, cancellationToken).ConfigureAwait(false);
        switch (_protocol.AfterWrite(answer, id, apiVersion))
        {
            case Progress.GoesOn goesOn:
                return new CreateResult<T>.InProgress(goesOn.Operation.ToString(), id) { Message = goesOn.Message };
            case Progress.Failed failed:
                return InTurn(failed, id, request);
        }

        var (made, _, refused) = await ShowAsync(azure, id, apiVersion, answer.Body, request.Desired, cancellationToken).ConfigureAwait(false);
        return refused is not null ? refused : new CreateResult<T>.Success(id, made!);
    }

    public async Task<FindResult<T>> FindExistingAsync(CreateRequest<T> request, CancellationToken cancellationToken)
    {
        var azure = connections.Of(AzureTarget.Of(request));
        if (TryBuildId(request.Desired, azure.SubscriptionId, out var id) is { } wrong)
            return wrong;
        var (apiVersion, unknown) = await ApiVersionAsync(azure, id, request.Desired, cancellationToken).ConfigureAwait(false);
        if (unknown is not null)
            return unknown;
        var found = await azure.GetAsync(id, apiVersion, cancellationToken).ConfigureAwait(false);
        if (found.Problem is { } problem)
            return problem.Code == ProblemCodes.NotFound ? new FindResult<T>.NotThere() : problem;
        var isMarked = CarriesMark(request.Desired);
        if (isMarked && !Marks.IsOf(found.Body, request.Ksuid))
            return new FindResult<T>.NotThere();

        // The create itself knows its own by the mark, and follows what goes on; without one it is waited for.
        if (UnfinishedState(found.Body) is { } state)
            return isMarked ? new FindResult<T>.NotThere() : Problems.ResourceConflict($"{id} is not finished yet: {state}.");
        return View(id, apiVersion, found.Body, request.Desired, out var view) is { } unreadable ? unreadable : new FindResult<T>.Found(id, view);
    }

    public async Task<ReadResult<T>> ReadAsync(ReadRequest<T> request, CancellationToken cancellationToken)
    {
        var azure = connections.Of(AzureTarget.Of(request));
        if (RefuseId(request.NativeId, azure.SubscriptionId) is { } wrong)
            return wrong;
        var (apiVersion, unknown) = await ApiVersionAsync(azure, request.NativeId, request.Prior, cancellationToken).ConfigureAwait(false);
        if (unknown is not null)
            return unknown;
        var (found, _, refused) = await ShowAsync(azure, request.NativeId, apiVersion, null, request.Prior, cancellationToken).ConfigureAwait(false);
        return refused is not null ? refused : new ReadResult<T>.Success(found!);
    }

    public async Task<UpdateResult<T>> UpdateAsync(UpdateRequest<T> request, CancellationToken cancellationToken)
    {
        var azure = connections.Of(AzureTarget.Of(request));
        var id = request.NativeId;
        if ((RefuseId(id, azure.SubscriptionId) ?? Refuse(request.Desired)) is { } wrong)
            return wrong;
        var (apiVersion, unknown) = await ApiVersionAsync(azure, id, request.Desired, cancellationToken).ConfigureAwait(false);
        if (unknown is not null)
            return unknown;
        var live = await azure.GetAsync(id, apiVersion, cancellationToken).ConfigureAwait(false);
        if (live.Problem is { } problem)
            return problem;
        var shown = (JsonObject)JsonNode.Parse(live.Body!.Value.GetRawText())!;
        Simplify(shown, Properties(request.Desired));

        // A document without tags wants none, so where there are some, they are written.
        var mark = CarriesMark(request.Desired) || Marks.AreOn(shown) ? request.Ksuid : null;
        if (UnfinishedState(live.Body) is { } state)
        {
            // An update whose answer was lost goes on: it is followed. It has left its mark, and all that it wrote is shown; of anything less it may be somebody else's operation.
            var wanted = Write(request.Desired, forPatch: true);
            if (mark is not null)
                wanted["tags"] ??= new JsonObject();
            var isOwn = mark is null || Marks.IsOf(live.Body, mark);
            return isOwn && !AsyncProtocol.IsDeleting(state) && Marks.AreThose(shown, wanted) && OpenBody.Shows(shown, wanted)
                ? new UpdateResult<T>.InProgress(new PendingOperation { By = Following.Object, Id = id, ApiVersion = apiVersion }.ToString()) { Message = state }
                : Problems.ResourceConflict($"Another operation goes on at {id}: {state}.");
        }

        // What nobody declared stays as it is: a PUT without it might take it away. Should somebody write in between, the condition says no.
        var isPatch = IsPatched(request.Desired);
        var body = Write(request.Desired, isPatch);
        Marks.Write(body, mark, shown["tags"] as JsonObject);
        if (!isPatch)
            body = Over(shown, body);
        var answer = await azure.SendAsync(isPatch ? RequestMethod.Patch : RequestMethod.Put, id, apiVersion, body, live.IfUnchanged, cancellationToken).ConfigureAwait(false);
        switch (_protocol.AfterWrite(answer, id, apiVersion))
        {
            case Progress.GoesOn goesOn:
                return new UpdateResult<T>.InProgress(goesOn.Operation.ToString()) { Message = goesOn.Message };
            case Progress.Failed failed:
                return InTurn(failed, id, request);
        }

        var (changed, _, refused) = await ShowAsync(azure, id, apiVersion, answer.Body, request.Desired, cancellationToken).ConfigureAwait(false);
        return refused is not null ? refused : new UpdateResult<T>.Success(changed!);
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<T> request, CancellationToken cancellationToken)
    {
        var target = AzureTarget.Of(request);
        var azure = connections.Of(target);
        var id = request.NativeId;
        if (RefuseId(id, azure.SubscriptionId) is { } none)
            return none;
        var (apiVersion, unknown) = await ApiVersionAsync(azure, id, request.Prior, cancellationToken).ConfigureAwait(false);
        if ((unknown ?? await RefuseDeleteAsync(azure, target, id, cancellationToken).ConfigureAwait(false)) is { } wrong)
            return wrong;
        var answer = await azure.SendAsync(RequestMethod.Delete, id, apiVersion, null, null, cancellationToken).ConfigureAwait(false);
        return _protocol.AfterDelete(answer, id, apiVersion) switch
        {
            Progress.GoesOn goesOn => new DeleteResult.InProgress(goesOn.Operation.ToString()) { Message = goesOn.Message },
            Progress.Failed failed => InTurn(failed, id, request),
            _ => new DeleteResult.Success(),
        };
    }

    public async Task<StatusResult<T>> StatusAsync(StatusRequest<T> request, CancellationToken cancellationToken)
    {
        if (PendingOperation.TryParse(request.RequestId) is not { } operation)
            return Problems.InvalidRequest("The request id is none of this plugin's.");
        if (_protocol.IsEarly(operation))
            return new StatusResult<T>.InProgress();
        var azure = connections.Of(AzureTarget.Of(request));
        if (RefuseId(operation.Id, azure.SubscriptionId) is { } wrong)
            return wrong;
        var answer = operation is { By: not Following.Object, Address: { } address }
            ? await azure.FollowAsync(address, cancellationToken).ConfigureAwait(false)
            : await azure.GetAsync(operation.Id, operation.ApiVersion, cancellationToken).ConfigureAwait(false);
        switch (_protocol.AfterQuestion(answer, operation))
        {
            case Progress.GoesOn goesOn:
                return new StatusResult<T>.InProgress(goesOn.Operation.ToString(), operation.Id) { Message = goesOn.Message };
            case Progress.Failed failed:
                return InTurn(failed, operation.Id, request);
            case Progress.Unknown unknown:
                return new StatusResult<T>.Unanswered(unknown.Problem);
            case Progress.Done when operation.IsDelete:
                return new StatusResult<T>.Success(operation.Id, null);
            case Progress.Done done:
                var (view, body, problem) = await ShowAsync(azure, operation.Id, operation.ApiVersion, done.Object, request.Prior, cancellationToken).ConfigureAwait(false);
                if (problem is not null)
                    return new StatusResult<T>.Unanswered(problem);
                return UnfinishedState(body) is { } state
                    ? new StatusResult<T>.InProgress((operation with { By = Following.Object, Address = null, AskedAt = null, NotBefore = null }).ToString(), operation.Id) { Message = state }
                    : new StatusResult<T>.Success(operation.Id, view);
            default:
                throw new InvalidOperationException("An operation stands in a way that is not known.");
        }
    }

    public abstract Task<ListResult> ListAsync(ListRequest<T> request, CancellationToken cancellationToken);

    /// <summary>Where the object is; or why it can be nowhere.</summary>
    protected abstract Problem? TryBuildId(T desired, string subscriptionId, out string id);

    /// <summary>Whether an id is one of the type's.</summary>
    protected abstract bool IsId(string id);

    /// <summary>The version of the API to talk to it in; or why it is not known.</summary>
    protected abstract ValueTask<(string Version, Problem? Problem)> ApiVersionAsync(ArmConnection azure, string id, T? known, CancellationToken cancellationToken);

    /// <summary>What Azure is sent, with the tags as the document has them.</summary>
    protected abstract JsonObject Write(T desired, bool forPatch);

    /// <summary>The record's properties as Azure shows them.</summary>
    protected abstract JsonObject Read(string id, string apiVersion, JsonObject live, JsonObject? known);

    /// <summary>Writes what Azure shows in the way in which it is written, where the two differ.</summary>
    protected virtual void Simplify(JsonObject live, JsonObject? known)
    {
    }

    /// <summary>What is there with what is written in it, as it is put.</summary>
    protected virtual JsonObject Over(JsonObject live, JsonObject written)
    {
        foreach (var shownOnly in (string[])["id", "name", "type", "etag", "systemData"])
            live.Remove(shownOnly);
        (live["properties"] as JsonObject)?.Remove("provisioningState");
        if (written.ContainsKey("tags"))
            live.Remove("tags");
        OpenBody.Merge(live, written);
        return live;
    }

    /// <summary>Whether an object of it has tags, and with them a mark.</summary>
    protected abstract bool CarriesMark(T desired);

    protected abstract bool IsPatched(T desired);

    /// <summary>What is wrong with the properties beside the names.</summary>
    protected virtual Problem? Refuse(T desired) => null;

    /// <summary>Why it had better not be deleted.</summary>
    protected virtual Task<Problem?> RefuseDeleteAsync(ArmConnection azure, AzureTarget target, string id, CancellationToken cancellationToken) => Task.FromResult<Problem?>(null);

    /// <summary>Ids come from outside: none is asked for, or deleted, that is no object of the type in the target's subscription.</summary>
    protected Problem? RefuseId(string id, string subscriptionId) =>
        IdTemplate.RefuseId("Id", id, subscriptionId) ?? (IsId(id) ? null : Problems.InvalidRequest($"'{id}' is no id of this type."));

    /// <summary>Names that are listed below.</summary>
    protected static Problem? RefuseParents(ListRequest<T> request) =>
        request.Parameters.Where(parameter => parameter.Value.Length > 0).Select(parameter => IdTemplate.Refuse(parameter.Key, parameter.Value)).FirstOrDefault(problem => problem is not null);

    protected ArmConnection Connect(OperationContext request) => connections.Of(AzureTarget.Of(request));

    protected JsonObject Properties(T record) => (JsonObject)JsonSerializer.SerializeToNode(record, json)!;

    /// <summary>The object as it was answered, or as it is read now.</summary>
    private async Task<(T? View, JsonElement? Body, Problem? Problem)> ShowAsync(ArmConnection azure, string id, string apiVersion, JsonElement? answered, T? known, CancellationToken cancellationToken)
    {
        var isWhole = answered is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("id", out _);
        if (!isWhole)
        {
            var found = await azure.GetAsync(id, apiVersion, cancellationToken).ConfigureAwait(false);
            if (found.Problem is { } problem)
                return (null, null, problem);
            answered = found.Body;
        }

        return View(id, apiVersion, answered, known, out var view) is { } unreadable ? (null, answered, unreadable) : (view, answered, null);
    }

    private Problem? View(string id, string apiVersion, JsonElement? body, T? known, out T view)
    {
        view = null!;
        if (body is not { ValueKind: JsonValueKind.Object } shown)
            return Problems.Of(ProblemCodes.GeneralServiceException, $"Azure shows nothing of {id}.");
        var live = (JsonObject)JsonNode.Parse(shown.GetRawText())!;
        var before = known is null ? null : Properties(known);
        Simplify(live, before);
        var read = Read(id, apiVersion, live, before);
        read["Id"] = id;
        try
        {
            view = read.Deserialize(json)!;
            return null;
        }
        catch (JsonException mismatch)
        {
            return Problems.Of(ProblemCodes.GeneralServiceException, $"What Azure shows of {id} does not fit at '{mismatch.Path}'.");
        }
    }

    /// <summary>Why it failed; with a time to come again where something else is done first.</summary>
    private Problem InTurn(Progress.Failed failed, string id, OperationContext request)
    {
        if (!failed.IsTurnedAway)
            return failed.Problem;
        var wait = connections.Turns.Take(id, request.Attempt);
        return failed.Problem with { RetryAfter = failed.Problem.RetryAfter is { } asked && asked > wait ? asked : wait };
    }

    private static string? UnfinishedState(JsonElement? body) => AsyncProtocol.StateOf(body) is { } state && !AsyncProtocol.IsFinal(state) ? state : null;
}
