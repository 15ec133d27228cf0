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
        T? found = null;
        JsonElement? foundJson = null;
        var changesNothing = request.Patch is { ValueKind: JsonValueKind.Array } patch && patch.GetArrayLength() == 0;
        if (request.Expected is not null || call.Preserved.Count > 0 || changesNothing)
        {
            switch (await CallReadAsync(call, cancellationToken).ConfigureAwait(false))
            {
                case ReadResult<T>.Success success:
                    found = success.Properties;
                    foundJson = JsonSerializer.SerializeToElement(found, Strict);
                    call.SecretsOf(Schema, _secrets).Visit(foundJson.Value, call.Hide);
                    break;
                case ReadResult<T>.Failure failure:
                    return Outcome.Failed(failure.Problem) with { NativeId = request.NativeId };
                default:
                    return NoResult(nameof(IResourceHandler<>.ReadAsync));
            }
        }

        if (!TryBind(call, foundJson is { } shown ? call.DesiredOver(shown, Schema) : call.Desired, out var desired, out var problem))
            return Outcome.Failed(problem);
        if (request.Expected is { } expected && foundJson is { } live)
        {
            var drift = new Drift(Schema, call.SecretsOf(Schema, _secrets));
            if (!drift.Holds(expected, live))
            {
                // The message may come twice: the change that the first delivery made is not drift.
                var applied = call.Desired is { } wanted && drift.Reached(wanted, expected, live);
                if (!applied && await ReadAsWantedAsync(call, cancellationToken).ConfigureAwait(false) is { } sameInOtherWords
                    && drift.Reached(call.Desired!.Value, expected, JsonSerializer.SerializeToElement(sameInOtherWords, Strict)))
                    (applied, found) = (true, sameInOtherWords);
                return new Outcome(applied ? OperationStatus.Success : OperationStatus.Drifted) { NativeId = request.NativeId, Properties = Report(call, found!) };
            }
        }

        // A rename or an adoption: only what the control plane says of the object changes.
        if (changesNothing)
            return new Outcome(OperationStatus.Success) { NativeId = request.NativeId, Properties = Report(call, found!) };

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
}
