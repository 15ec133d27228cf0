using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk;

/// <summary>A resource type and the handler that serves it.</summary>
public abstract class ServedType
{
    private protected ServedType(Type record)
    {
        Name = SchemaGenerator.TypeOf(record).Name;
        Schema = KnownSecrets.Complete(Name, SchemaGenerator.Generate(record))!;
        JsonSchema = JsonSchemaGenerator.Generate(record);
    }

    /// <summary><c>NAMESPACE::Service::Kind</c>.</summary>
    public string Name { get; }

    /// <summary>Its fields, and how each behaves.</summary>
    public ResourceSchema Schema { get; }

    /// <summary>JSON Schema of its properties, for editors.</summary>
    public JsonElement JsonSchema { get; }

    /// <summary>Whether its handler is <see cref="IListable{T}"/>.</summary>
    public abstract bool CanList { get; }

    /// <summary>Whether its handler is <see cref="ILongRunning{T}"/>.</summary>
    public abstract bool CanRunLong { get; }

    /// <summary>Whether its handler is <see cref="IFindExisting{T}"/>.</summary>
    public abstract bool CanFindExisting { get; }

    /// <summary>A type and its handler, by the record's attributes.</summary>
    /// <exception cref="InvalidOperationException">The record has no <see cref="ResourceTypeAttribute"/>, or names a property that it does not have.</exception>
    public static ServedType Of<T>(IResourceHandler<T> handler)
        where T : class => new ServedType<T>(handler);

    internal abstract Task<Outcome> ExecuteAsync(Call call, CancellationToken cancellationToken);

    /// <summary>What a create that did not come to its end has made; null when there is nothing.</summary>
    internal abstract Task<Outcome?> FindMadeAsync(Call call, CancellationToken cancellationToken);
}

/// <summary>Binds requests to the record, calls the handler's verb and turns its result into an outcome.</summary>
internal sealed partial class ServedType<T> : ServedType
    where T : class
{
    private static readonly JsonTypeInfo<T> Strict = (JsonTypeInfo<T>)PropertyJson.Strict.GetTypeInfo(typeof(T));
    private static readonly JsonTypeInfo<T> Lenient = (JsonTypeInfo<T>)PropertyJson.Lenient.GetTypeInfo(typeof(T));

    private readonly IResourceHandler<T> _handler;
    private readonly SecretPaths _secrets;

    // What is required but may be absent for good reasons, so that the serializer cannot ask for it.
    private readonly string[] _requiredSecrets;

    public ServedType(IResourceHandler<T> handler)
        : base(typeof(T))
    {
        _handler = handler;
        _secrets = SecretPaths.Of(Schema);
        _requiredSecrets = [.. Schema.Hints.Where(h => h.Value is { Required: true } and ({ Opaque: true } or { WriteOnly: true }) && !h.Key.Contains('.')).Select(h => h.Key)];
    }

    public override bool CanList => _handler is IListable<T>;

    public override bool CanRunLong => _handler is ILongRunning<T>;

    public override bool CanFindExisting => _handler is IFindExisting<T>;

    internal override Task<Outcome> ExecuteAsync(Call call, CancellationToken cancellationToken) => call.Request.Verb switch
    {
        OperationVerb.Create => CreateAsync(call, cancellationToken),
        OperationVerb.Read => ReadAsync(call, cancellationToken),
        OperationVerb.Update => UpdateAsync(call, cancellationToken),
        OperationVerb.Delete => DeleteAsync(call, cancellationToken),
        OperationVerb.Status => StatusAsync(call, cancellationToken),
        OperationVerb.List => ListAsync(call, cancellationToken),
        var unknown => Task.FromResult(Outcome.Failed(ProblemCodes.InvalidRequest, $"The verb {unknown} is unknown.")),
    };

    private async Task<Outcome> ReadAsync(Call call, CancellationToken cancellationToken) =>
        await CallReadAsync(call, cancellationToken).ConfigureAwait(false) switch
        {
            ReadResult<T>.Success success => new Outcome(OperationStatus.Success) { NativeId = call.Request.NativeId, Properties = Report(call, success.Properties) },
            ReadResult<T>.Failure failure => Outcome.Failed(failure.Problem) with { NativeId = call.Request.NativeId },
            _ => NoResult(nameof(IResourceHandler<>.ReadAsync)),
        };

    private Task<ReadResult<T>> CallReadAsync(Call call, CancellationToken cancellationToken) => CallReadAsync(call, call.Request.NativeId!, cancellationToken);

    private Task<ReadResult<T>> CallReadAsync(Call call, string nativeId, CancellationToken cancellationToken) => CallReadAsync(call, nativeId, BindPrior(call.Prior), cancellationToken);

    private Task<ReadResult<T>> CallReadAsync(Call call, string nativeId, T? prior, CancellationToken cancellationToken)
    {
        var request = call.Request;
        return _handler.ReadAsync(
            new ReadRequest<T>
            {
                OperationId = request.OperationId,
                Attempt = request.Attempt,
                Ksuid = request.Ksuid,
                ResourceType = request.ResourceType,
                Label = request.Label,
                Stack = request.Stack,
                TargetLabel = request.Target,
                TargetConfig = call.TargetConfig,
                NativeId = nativeId,
                Prior = prior,
            },
            cancellationToken);
    }

    private async Task<Outcome> DeleteAsync(Call call, CancellationToken cancellationToken)
    {
        var request = call.Request;
        var result = await _handler.DeleteAsync(
            new DeleteRequest<T>
            {
                OperationId = request.OperationId,
                Attempt = request.Attempt,
                Ksuid = request.Ksuid,
                ResourceType = request.ResourceType,
                Label = request.Label,
                Stack = request.Stack,
                TargetLabel = request.Target,
                TargetConfig = call.TargetConfig,
                NativeId = request.NativeId!,
                Prior = BindPrior(call.Prior),
            },
            cancellationToken).ConfigureAwait(false);
        return result switch
        {
            DeleteResult.Success or DeleteResult.Failure { Problem.Code: ProblemCodes.NotFound } => new Outcome(OperationStatus.Success) { NativeId = request.NativeId },
            DeleteResult.InProgress progress => new Outcome(OperationStatus.InProgress) { NativeId = request.NativeId, RequestId = progress.RequestId, Message = progress.Message },
            DeleteResult.Failure failure => Outcome.Failed(failure.Problem) with { NativeId = request.NativeId },
            _ => NoResult(nameof(IResourceHandler<>.DeleteAsync)),
        };
    }

    private async Task<Outcome> StatusAsync(Call call, CancellationToken cancellationToken)
    {
        var request = call.Request;
        if (_handler is not ILongRunning<T> longRunning)
            return Outcome.Failed(ProblemCodes.InvalidRequest, $"{Name} has no long-running operations, so there is no status to ask for.");
        if (request.RequestId is not { Length: > 0 } requestId)
            return Outcome.Failed(ProblemCodes.InvalidRequest, "A status poll needs the request id that it asks about.");
        var result = await longRunning.StatusAsync(
            new StatusRequest<T>
            {
                OperationId = request.OperationId,
                Attempt = request.Attempt,
                Ksuid = request.Ksuid,
                ResourceType = request.ResourceType,
                Label = request.Label,
                Stack = request.Stack,
                TargetLabel = request.Target,
                TargetConfig = call.TargetConfig,
                RequestId = requestId,
                NativeId = request.NativeId,
                Prior = BindPrior(call.Prior),
            },
            cancellationToken).ConfigureAwait(false);
        return result switch
        {
            StatusResult<T>.Success success => new Outcome(OperationStatus.Success)
            {
                NativeId = success.NativeId ?? request.NativeId,
                Properties = success.Properties is null ? null : Report(call, success.Properties),
            },
            StatusResult<T>.InProgress progress => new Outcome(OperationStatus.InProgress)
            {
                NativeId = progress.NativeId ?? request.NativeId,
                RequestId = progress.RequestId ?? requestId,
                Message = progress.Message,
            },
            StatusResult<T>.Failure failure => Outcome.Failed(failure.Problem) with { NativeId = request.NativeId, RequestId = requestId },
            StatusResult<T>.Unanswered unanswered => Outcome.Failed(unanswered.Problem) with { NativeId = request.NativeId, RequestId = requestId, CallFailed = true },
            _ => NoResult(nameof(ILongRunning<>.StatusAsync)),
        };
    }

    private async Task<Outcome> ListAsync(Call call, CancellationToken cancellationToken)
    {
        var request = call.Request;
        if (_handler is not IListable<T> listable)
            return Outcome.Failed(ProblemCodes.InvalidRequest, $"{Name} cannot be listed.");
        var result = await listable.ListAsync(
            new ListRequest<T>
            {
                OperationId = request.OperationId,
                Attempt = request.Attempt,
                Ksuid = request.Ksuid,
                ResourceType = request.ResourceType,
                Label = request.Label,
                Stack = request.Stack,
                TargetLabel = request.Target,
                TargetConfig = call.TargetConfig,
                PageSize = Math.Clamp(request.PageSize, 1, 1000),
                PageToken = request.PageToken,
                Parameters = request.ListParameters is { ValueKind: JsonValueKind.Object } parameters
                    ? parameters.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString())
                    : new Dictionary<string, string>(),
            },
            cancellationToken).ConfigureAwait(false);
        return result switch
        {
            ListResult.Success page => new Outcome(OperationStatus.Success) { NativeIds = page.NativeIds, NextPageToken = page.NextPageToken },
            ListResult.Failure failure => Outcome.Failed(failure.Problem),
            _ => NoResult(nameof(IListable<>.ListAsync)),
        };
    }

    private Outcome NoResult(string method) => Outcome.Failed(ProblemCodes.UnforeseenError, $"The handler of {Name} answered {method} with null.");
}
