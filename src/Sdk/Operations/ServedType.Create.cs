using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk;

/// <summary>A create. One that may have worked already looks first for what it made: a second object would be one too many, and "it exists" no failure.</summary>
internal sealed partial class ServedType<T>
{
    private const string TakenAsOwn = "It was there already, as this create would have made it: an earlier attempt had worked, and its answer got lost.";

    private async Task<Outcome> CreateAsync(Call call, CancellationToken cancellationToken)
    {
        if (!TryBind(call, call.Desired, out var desired, out var problem))
            return Outcome.Failed(problem);
        var request = CreateRequestOf(call, desired);
        if (call.Doubt == Doubt.Unheard && _handler is IFindExisting<T>)
        {
            var (own, _, stop) = await FindOwnAsync(call, request, cancellationToken).ConfigureAwait(false);
            if ((own ?? stop) is { } answer)
                return answer;
        }

        return await _handler.CreateAsync(request, cancellationToken).ConfigureAwait(false) switch
        {
            CreateResult<T>.Success success => new Outcome(OperationStatus.Success) { NativeId = success.NativeId, Properties = Report(call, success.Properties) },
            CreateResult<T>.InProgress progress => new Outcome(OperationStatus.InProgress) { NativeId = progress.NativeId, RequestId = progress.RequestId, Message = progress.Message },
            CreateResult<T>.Failure { Problem: { Code: ProblemCodes.AlreadyExists } exists } when call.Doubt != Doubt.None => await ExistsAsync(call, request, exists, cancellationToken).ConfigureAwait(false),
            CreateResult<T>.Failure failure => Outcome.Failed(failure.Problem),
            _ => NoResult(nameof(IResourceHandler<>.CreateAsync)),
        };
    }

    internal override async Task<Outcome?> FindMadeAsync(Call call, CancellationToken cancellationToken) =>
        TryBind(call, call.Desired, out var desired, out _) ? (await FindOwnAsync(call, CreateRequestOf(call, desired), cancellationToken).ConfigureAwait(false)).Own : null;

    /// <summary>The failure stands unless what exists is what this create has made.</summary>
    private async Task<Outcome> ExistsAsync(Call call, CreateRequest<T> request, Problem exists, CancellationToken cancellationToken)
    {
        var (own, reason, stop) = await FindOwnAsync(call, request, cancellationToken).ConfigureAwait(false);
        return own ?? stop ?? Outcome.Failed(exists with { Message = $"{exists.Message} An earlier attempt of this create may have made it, but {reason}" });
    }

    /// <returns>The success that it comes to; or why there is none; or the problem in the way of telling.</returns>
    private async Task<(Outcome? Own, string Reason, Outcome? Stop)> FindOwnAsync(Call call, CreateRequest<T> request, CancellationToken cancellationToken)
    {
        var result = _handler is IFindExisting<T> finder ? await finder.FindExistingAsync(request, cancellationToken).ConfigureAwait(false)
            : IdentifierOf(call.Desired!.Value) is { } id ? await ReadExistingAsync(call, id, cancellationToken).ConfigureAwait(false)
            : null;
        switch (result)
        {
            case FindResult<T>.Found found:
                var live = JsonSerializer.SerializeToElement(found.Properties, Strict);
                var secrets = call.SecretsOf(Schema, _secrets);
                secrets.Visit(live, call.Hide);
                return new Drift(Schema, secrets).Fulfills(call.Desired!.Value, live)
                    ? (new Outcome(OperationStatus.Success) { NativeId = found.NativeId, Properties = Report(call, found.Properties), Message = TakenAsOwn, WasThere = true }, "", null)
                    : (null, $"'{found.NativeId}' is not what was asked for; it seems to be somebody else's.", null);
            case FindResult<T>.Failure { Problem: { Code: not ProblemCodes.NotFound } problem }:
                return (null, "", Outcome.Failed(problem));
            case null:
                return (null, $"{Name} has no way to look for it without its native id. See what is there, and remove it or import it.", null);
            default:
                return (null, "it is not to be found.", null);
        }
    }

    /// <summary>What the native id will be, where it is one of the properties.</summary>
    private string? IdentifierOf(JsonElement desired) =>
        Schema.Identifier is { Length: > 0 } identifier && desired.TryGetProperty(identifier, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private async Task<FindResult<T>> ReadExistingAsync(Call call, string nativeId, CancellationToken cancellationToken) =>
        await CallReadAsync(call, nativeId, cancellationToken).ConfigureAwait(false) switch
        {
            ReadResult<T>.Success success => new FindResult<T>.Found(nativeId, success.Properties),
            ReadResult<T>.Failure failure => failure.Problem,
            _ => new FindResult<T>.NotThere(),
        };

    private static CreateRequest<T> CreateRequestOf(Call call, T desired) => new()
    {
        OperationId = call.Request.OperationId,
        Attempt = call.Request.Attempt,
        Ksuid = call.Request.Ksuid,
        ResourceType = call.Request.ResourceType,
        Label = call.Request.Label,
        Stack = call.Request.Stack,
        TargetLabel = call.Request.Target,
        TargetConfig = call.TargetConfig,
        Desired = desired,
    };
}
