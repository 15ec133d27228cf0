using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk;

/// <summary>An update: look first whether the cloud still holds what the plan was made against, then change it. With an empty patch the look is all.</summary>
internal sealed partial class ServedType<T>
{
    private async Task<Outcome> UpdateAsync(Call call, CancellationToken cancellationToken)
    {
        var request = call.Request;
        var changesNothing = request.Patch is { ValueKind: JsonValueKind.Array } patch && patch.GetArrayLength() == 0;
        Look? found = null;
        if (request.Expected is not null || call.Preserved.Count > 0 || changesNothing)
        {
            (found, var refusal) = await LookAsync(call, cancellationToken).ConfigureAwait(false);
            if (found is null)
                return refusal!.Value;
        }

        if (!TryBind(call, found is null ? call.Desired : call.DesiredOver(found.Json, Schema), out var desired, out var problem))
            return Outcome.Failed(problem);
        if (request.Expected is { } expected && await DriftedAsync(call, expected, found!, cancellationToken).ConfigureAwait(false) is { } drifted)
            return drifted;

        // A rename or an adoption: only what the control plane says of the object changes.
        return changesNothing
            ? new Outcome(OperationStatus.Success) { NativeId = request.NativeId, Properties = Report(call, found!.Properties) }
            : await ChangeAsync(call, desired, found?.Properties, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the cloud holds, or why that cannot be told.</summary>
    private async Task<(Look? Found, Outcome? Refusal)> LookAsync(Call call, CancellationToken cancellationToken)
    {
        switch (await CallReadAsync(call, cancellationToken).ConfigureAwait(false))
        {
            case ReadResult<T>.Success success:
                var json = JsonSerializer.SerializeToElement(success.Properties, Strict);
                call.SecretsOf(Schema, _secrets).Visit(json, call.Hide);
                return (new Look(success.Properties, json), null);
            case ReadResult<T>.Failure failure:
                return (null, Outcome.Failed(failure.Problem) with { NativeId = call.Request.NativeId });
            default:
                return (null, NoResult(nameof(IResourceHandler<>.ReadAsync)));
        }
    }

    /// <summary>What it comes to that the cloud does not hold what the plan was made against; null where it does, or where this very update is half done.</summary>
    private async Task<Outcome?> DriftedAsync(Call call, JsonElement expected, Look found, CancellationToken cancellationToken)
    {
        var drift = new Drift(Schema, call.SecretsOf(Schema, _secrets));
        if (drift.Holds(expected, found.Json))
            return null;

        // The message may come twice: the change that the first delivery made is not drift.
        var (shown, asWanted) = (found.Properties, found.Json);
        var applied = call.Desired is { } wanted && drift.Reached(wanted, expected, found.Json);
        if (!applied && await ReadAsWantedAsync(call, cancellationToken).ConfigureAwait(false) is { } sameInOtherWords)
        {
            asWanted = JsonSerializer.SerializeToElement(sameInOtherWords, Strict);
            if (drift.Reached(call.Desired!.Value, expected, asWanted))
                (applied, shown) = (true, sameInOtherWords);
        }

        // Nor is the half of it that a delivery has made which died in between. Somebody else may have done just that, but would have wanted what this update wants.
        if (!applied && call.Doubt != Doubt.None && call.Desired is { } aim && drift.IsOnTheWay(aim, expected, found.Json, asWanted))
            return null;
        return new Outcome(applied ? OperationStatus.Success : OperationStatus.Drifted) { NativeId = call.Request.NativeId, Properties = Report(call, shown) };
    }

    private async Task<Outcome> ChangeAsync(Call call, T desired, T? found, CancellationToken cancellationToken)
    {
        var request = call.Request;
        var result = await _handler.UpdateAsync(
            new UpdateRequest<T>
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
                Desired = desired,
                Prior = BindPrior(call.Prior),
                Found = found,
                Patch = call.Patch,
            },
            cancellationToken).ConfigureAwait(false);
        return result switch
        {
            UpdateResult<T>.Success success => new Outcome(OperationStatus.Success) { NativeId = request.NativeId, Properties = Report(call, success.Properties) },
            UpdateResult<T>.InProgress progress => new Outcome(OperationStatus.InProgress) { NativeId = request.NativeId, RequestId = progress.RequestId, Message = progress.Message },
            UpdateResult<T>.Failure failure => Outcome.Failed(failure.Problem) with { NativeId = request.NativeId },
            _ => NoResult(nameof(IResourceHandler<>.UpdateAsync)),
        };
    }

    /// <summary>
    /// What the cloud holds, read by somebody to whom the desired state is what was stored: a handler that shows what means the same in the words it was written in then takes those of this update.
    /// Null where that tells nothing new.
    /// </summary>
    private async Task<T?> ReadAsWantedAsync(Call call, CancellationToken cancellationToken)
    {
        if (BindPrior(call.Desired) is not { } desired || await CallReadAsync(call, call.Request.NativeId!, desired, cancellationToken).ConfigureAwait(false) is not ReadResult<T>.Success success)
            return null;
        call.SecretsOf(Schema, _secrets).Visit(JsonSerializer.SerializeToElement(success.Properties, Strict), call.Hide);
        return success.Properties;
    }

    private bool TryBind(Call call, JsonElement? properties, out T bound, out Problem problem)
    {
        bound = null!;
        problem = null!;
        if (properties is not { ValueKind: JsonValueKind.Object } json)
        {
            problem = Problems.InvalidRequest($"{Name}: the properties are missing, or are no object.");
            return false;
        }

        try
        {
            bound = json.Deserialize(Strict)!;
        }
        catch (JsonException mismatch)
        {
            problem = Problems.InvalidRequest(BindingProblem.Describe(Name, json, Strict, mismatch));
            return false;
        }

        foreach (var name in _requiredSecrets)
        {
            if ((json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null) || call.Preserved.Contains(name))
                continue;

            // A value that cannot be read back and does not change is not sent again with an update.
            if (call.Request.Verb == OperationVerb.Update && Schema.Hints[name].WriteOnly)
                continue;
            problem = Problems.InvalidRequest($"{Name}: '{name}' is missing.");
            return false;
        }

        return true;
    }

    private static T? BindPrior(JsonElement? prior)
    {
        if (prior is not { ValueKind: JsonValueKind.Object } json)
            return null;
        try
        {
            return json.Deserialize(Lenient);
        }
        catch (JsonException)
        {
            // Written by another version of the plugin: an object must be deletable although what is stored of it no longer fits.
            return null;
        }
    }

    private JsonElement Report(Call call, T properties)
    {
        var json = JsonSerializer.SerializeToElement(properties, Strict);
        return call.SecretsOf(Schema, _secrets).Replace(json, (writer, secret) => call.Seal.Seal(secret).WriteTo(writer));
    }

    /// <param name="Properties">What the cloud holds, as the handler shows it.</param>
    /// <param name="Json">The same as JSON.</param>
    private sealed record Look(T Properties, JsonElement Json);
}
