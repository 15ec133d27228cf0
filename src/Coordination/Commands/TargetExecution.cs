using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Engine.Operations;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;
using TargetOperation = Formae.Engine.Planning.TargetOperation;
using TargetUpdate = Formae.Engine.Planning.TargetUpdate;

namespace Formae.Coordination.Commands;

/// <summary>Carries out target updates: rows are written or removed, no plugin is called. Each may be carried out twice.</summary>
public sealed class TargetExecution(UpdateStore updates, TargetStore targets, ResourceStore resources, ReferenceValues references, TimeProvider time)
{
    /// <summary>A target update that is a node of a group.</summary>
    public async Task<Outcome> ExecuteAsync(string commandId, string row, CancellationToken cancellation)
    {
        var startedAt = time.GetUtcNow();
        var update = await updates.FindTargetAsync(commandId, row, cancellation) ?? throw new InvalidOperationException($"The target update {commandId}/{row} is not stored.");
        if (States.IsFinal(update.Progress.State))
            return update.Progress.ToOutcome(startedAt);
        var reason = await CarryOutAsync(update, cancellation);
        return new Outcome { State = reason is null ? OutcomeState.Success : OutcomeState.Failed, Error = reason, StartedAt = startedAt, FinishedAt = time.GetUtcNow() };
    }

    /// <summary>Null, or why it was not done.</summary>
    public async Task<string?> CarryOutAsync(TargetUpdateRecord update, CancellationToken cancellation)
    {
        var plan = update.Plan;
        if (plan.Operation == TargetOperation.Delete)
            return await DeleteAsync(plan, update.CommandId, cancellation);
        if (await UnresolvedAsync(plan.Target, cancellation) is { } reason)
            return reason;
        return await targets.TryPutAsync(plan.Target, plan.Existing?.Version ?? 0, cancellation) ? null : ChangedMeanwhile(plan);
    }

    private async Task<string?> DeleteAsync(TargetUpdate plan, string commandId, CancellationToken cancellation)
    {
        // Whatever the reason is that something stays, a failure or another command: without its target nobody could work on it any more.
        var left = await resources.ReadTargetAsync(plan.Target.Label, cancellation);
        if (left.FirstOrDefault(resource => resource.Stack != Stack.Unmanaged) is { } managed)
            return $"Not deleted: '{managed.Label}' ({managed.Type}) of the stack '{managed.Stack}' is still on it.";

        // What was discovered on it and belongs to nobody is forgotten with it, and before it: afterwards nothing leads there.
        foreach (var unmanaged in left)
            await resources.RemoveAsync(unmanaged, commandId, cancellation);
        return await targets.TryRemoveAsync(plan.Target.Label, plan.Existing?.Version ?? plan.Target.Version, cancellation) ? null : ChangedMeanwhile(plan);
    }

    /// <summary>A config that could never be resolved fails its target, and with it what would be put there, before any plugin is called. Secrets are left to the operations.</summary>
    private async Task<string?> UnresolvedAsync(Target target, CancellationToken cancellation)
    {
        var values = await references.OfAsync(NothingRead, [target.Config], cancellation);
        foreach (var reference in References.Enumerate(target.Config, HintTree.None))
        {
            if (values(reference.Uri) is { } value && SecretValues.IsSecret(value, HintTree.None))
                return null;
        }

        return TargetConfig.Resolve(target, values).Missing is { } missing
            ? $"Its config cannot be resolved: {missing.Path}: {missing.Reason} ({await references.NameOfAsync(missing.Uri.Ksuid, NoLabels, cancellation)})."
            : null;
    }

    private static string ChangedMeanwhile(TargetUpdate plan) =>
        $"Another command changed the target '{plan.Target.Label}' since this one was planned; nothing was done to it. Apply again to plan against what is there now.";

    private static readonly IReadOnlyDictionary<string, System.Text.Json.JsonElement> NothingRead = new Dictionary<string, System.Text.Json.JsonElement>();

    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();
}
