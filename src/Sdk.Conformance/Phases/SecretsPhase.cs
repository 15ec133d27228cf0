using System.Text.Json.Nodes;
using System.Text.Json;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>Looks for secrets in everything that the plugin has said: in this phase, and in those before it.</summary>
internal static class SecretsPhase
{
    public static async Task RunAsync(Trial trial)
    {
        var heard = trial.Bench.Heard;
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        OpenSealed(trial, thing.Live);
        OpenSealed(trial, await trial.FindAsync(thing).ConfigureAwait(false));
        if (trial.Sample.Changed is not null)
            await trial.ChangeAsync(thing, trial.Changed(thing), expected: null).ConfigureAwait(false);

        // What is refused is quoted most readily.
        var wrong = JsonObject.Create(trial.Filled(trial.Sample.Properties, thing))!;
        wrong["NoSuchProperty"] = 1;
        var refused = await trial.Bench.CompleteAsync(trial.Create(trial.New()) with { Properties = trial.Type.Closed(JsonSerializer.SerializeToElement(wrong), trial.Bench.Plugin.Seal) }).ConfigureAwait(false);
        if (refused is { Status: OperationStatus.Success, NativeId: { } made })
            trial.AlsoRemove(thing, made);
        await trial.RemoveAsync(thing).ConfigureAwait(false);
        if (!heard.HasSecrets)
            throw new NotApplicableException("neither the type nor the target has a secret");
        if (!heard.CanLook)
            throw new NotApplicableException($"the secrets are too short to be told from other texts: {Heard.ShortestSecret} characters at least");
        if (heard.Leak(trial.Bench.Plugin.Said) is { } leak)
            throw new BrokenRuleException($"No secret may be said in the open. One stands in {leak}");
    }

    /// <summary>What the cloud makes up itself is a secret as well.</summary>
    private static void OpenSealed(Trial trial, JsonElement value)
    {
        if (Model.Envelope.IsSealed(value))
        {
            trial.Bench.Heard.KeepAll(trial.Bench.Plugin.Seal.Open(value));
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject())
                OpenSealed(trial, property.Value);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                OpenSealed(trial, item);
        }
    }
}
