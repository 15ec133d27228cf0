using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk;

namespace Formae.Plugins.FakeAws;

/// <summary>
/// The verbs that all types share. The cloud keeps what was asked for; defaults and outputs are added when it is read, as <see cref="Complete"/> says.
/// </summary>
internal abstract class FakeHandler<T>(FakeAwsService aws, JsonTypeInfo<T> json, string prefix) : IResourceHandler<T>, IListable<T>, ILongRunning<T>, IFindExisting<T>
    where T : class
{
    private static readonly string TypeName = SchemaName();

    protected virtual bool NameIsUnique => false;

    protected virtual string? ParentParameter => null;

    public async Task<CreateResult<T>> CreateAsync(CreateRequest<T> request, CancellationToken cancellationToken)
    {
        var name = NameOf(request.Desired);
        var call = Enter(OperationVerb.Create, request, name ?? request.Label, nativeId: null, out var target);
        if (await aws.BeforeAsync(call, target, cancellationToken).ConfigureAwait(false) is { } refused)
            return refused;
        var cloud = aws.CloudOf(target);
        var created = cloud.Create(new NewObject
        {
            Token = target.ForgetsTokens ? null : request.OperationId,
            Type = TypeName,
            Name = name,
            NameIsUnique = NameIsUnique,
            Parent = ParentOf(request.Desired),
            Prefix = prefix,
            Region = target.Region,
            Properties = JsonSerializer.SerializeToUtf8Bytes(request.Desired, json),
        });
        if (aws.After(call) is { } lost)
            return lost;
        if (created is null)
            return Problems.AlreadyExists($"{TypeName} '{name}' exists already.");
        if (target.AsyncCreates)
            return new CreateResult<T>.InProgress($"fake-request-{created.NativeId}", created.NativeId);
        return new CreateResult<T>.Success(created.NativeId, View(created));
    }

    /// <summary>By the token, or (for a cloud that forgets those) by a name that is unique.</summary>
    public Task<FindResult<T>> FindExistingAsync(CreateRequest<T> request, CancellationToken cancellationToken)
    {
        var target = request.Target<FakeTarget>();
        return Task.FromResult<FindResult<T>>(aws.CloudOf(target).FindMade(TypeName, request.OperationId, NameIsUnique ? NameOf(request.Desired) : null) is { } made
            ? new FindResult<T>.Found(made.NativeId, View(made))
            : new FindResult<T>.NotThere());
    }

    public async Task<ReadResult<T>> ReadAsync(ReadRequest<T> request, CancellationToken cancellationToken)
    {
        var call = Enter(OperationVerb.Read, request, request.NativeId, request.NativeId, out var target);
        if (await aws.BeforeAsync(call, target, cancellationToken).ConfigureAwait(false) is { } refused)
            return refused;
        return aws.CloudOf(target).Find(TypeName, request.NativeId) is { } found ? new ReadResult<T>.Success(View(found)) : Gone(request.NativeId);
    }

    public async Task<UpdateResult<T>> UpdateAsync(UpdateRequest<T> request, CancellationToken cancellationToken)
    {
        var call = Enter(OperationVerb.Update, request, request.NativeId, request.NativeId, out var target);
        if (await aws.BeforeAsync(call, target, cancellationToken).ConfigureAwait(false) is { } refused)
            return refused;
        var updated = aws.CloudOf(target).Change(
            TypeName,
            request.NativeId,
            live => JsonSerializer.SerializeToUtf8Bytes(Merge(JsonSerializer.Deserialize(live.Properties.Span, json)!, request.Desired), json));
        if (aws.After(call) is { } lost)
            return lost;
        return updated is null ? Gone(request.NativeId) : new UpdateResult<T>.Success(View(updated));
    }

    public async Task<DeleteResult> DeleteAsync(DeleteRequest<T> request, CancellationToken cancellationToken)
    {
        var call = Enter(OperationVerb.Delete, request, request.NativeId, request.NativeId, out var target);
        if (await aws.BeforeAsync(call, target, cancellationToken).ConfigureAwait(false) is { } refused)
            return refused;
        var found = aws.CloudOf(target).Delete(TypeName, request.NativeId);
        if (aws.After(call) is { } lost)
            return lost;
        return found ? new DeleteResult.Success() : Gone(request.NativeId);
    }

    public async Task<StatusResult<T>> StatusAsync(StatusRequest<T> request, CancellationToken cancellationToken)
    {
        var nativeId = request.NativeId ?? request.RequestId["fake-request-".Length..];
        var call = Enter(OperationVerb.Status, request, nativeId, nativeId, out var target);
        if (await aws.BeforeAsync(call, target, cancellationToken).ConfigureAwait(false) is { } refused)
            return new StatusResult<T>.Unanswered(refused);
        switch (aws.NextStep(call))
        {
            case { Code: { } code } step:
                return FakeAwsControlState.ProblemOf(code, step);
            case { InProgress: true } step:
                return new StatusResult<T>.InProgress { Message = step.Message };
        }

        return aws.CloudOf(target).Find(TypeName, nativeId) is { } found ? new StatusResult<T>.Success(nativeId, View(found)) : Gone(nativeId);
    }

    public async Task<ListResult> ListAsync(ListRequest<T> request, CancellationToken cancellationToken)
    {
        var call = Enter(OperationVerb.List, request, TypeName, nativeId: null, out var target);
        if (await aws.BeforeAsync(call, target, cancellationToken).ConfigureAwait(false) is { } refused)
            return refused;
        var parent = ParentParameter is { } parameter ? request.Parameters.GetValueOrDefault(parameter) : null;
        var page = aws.CloudOf(target).List(TypeName, target.Region, parent, request.PageToken, request.PageSize);
        return new ListResult.Success(page, page.Count == request.PageSize ? page[^1] : null);
    }

    /// <summary>What a person calls it; programmed answers to a create go by it.</summary>
    protected virtual string? NameOf(T desired) => null;

    protected virtual string? ParentOf(T desired) => null;

    /// <summary>What a read shows: defaults and outputs added.</summary>
    protected virtual T Complete(T stored, string nativeId, string region) => stored;

    /// <summary>What the cloud keeps after an update.</summary>
    protected virtual T Merge(T live, T desired) => desired;

    protected static long NumberOf(string nativeId) => long.TryParse(nativeId.AsSpan(nativeId.LastIndexOf('-') + 1), out var number) ? number : 0;

    private T View(CloudObject found) => Complete(JsonSerializer.Deserialize(found.Properties.Span, json)!, found.NativeId, found.Region);

    private static Problem Gone(string nativeId) => Problems.NotFound($"{TypeName} '{nativeId}' does not exist.");

    private static FakeCall Enter(OperationVerb verb, OperationContext request, string key, string? nativeId, out FakeTarget target)
    {
        target = request.Target<FakeTarget>();
        return new FakeCall(verb, TypeName, key, nativeId, request.OperationId, request.Attempt);
    }

    private static string SchemaName() =>
        ((ResourceTypeAttribute)Attribute.GetCustomAttribute(typeof(T), typeof(ResourceTypeAttribute))!).Name;
}

internal readonly record struct FakeCall(OperationVerb Verb, string Type, string Key, string? NativeId, string OperationId, int Attempt);
