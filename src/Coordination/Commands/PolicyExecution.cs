using System.Text.Json;
using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;
using PolicyOperation = Formae.Engine.Planning.PolicyOperation;
using PolicyUpdate = Formae.Engine.Planning.PolicyUpdate;

namespace Formae.Coordination.Commands;

/// <summary>Carries out policy updates. Standalone policies have rows of their own; inline ones and references are a list in their stack's row. All of it may be done twice.</summary>
public sealed class PolicyExecution(PolicyStore policies, StackStore stacks)
{
    public async Task CarryOutAsync(IReadOnlyList<PolicyUpdate> updates, CancellationToken cancellation)
    {
        // What stacks will refer to comes first, what they refer to no more goes last.
        foreach (var update in updates.Where(update => update is { Stack: null, Operation: PolicyOperation.Create or PolicyOperation.Update }))
            await policies.PutAsync(update.Policy, cancellation);
        foreach (var ofStack in updates.Where(update => update.Stack is not null && update.Operation != PolicyOperation.Skip).GroupBy(update => update.Stack!, StringComparer.Ordinal))
            await stacks.SetPoliciesAsync(ofStack.Key, list => ofStack.Aggregate(list, Changed), cancellation);
        foreach (var update in updates.Where(update => update is { Stack: null, Operation: PolicyOperation.Delete }))
            await policies.RemoveAsync(update.Policy.Label, cancellation);
    }

    /// <summary>A stack's policies after one update: at most one inline policy of a type, each standalone one once.</summary>
    private static IReadOnlyList<JsonElement> Changed(IReadOnlyList<JsonElement> list, PolicyUpdate update) => update.Operation switch
    {
        PolicyOperation.Attach => [.. list.Where(policy => Policies.ReferenceOf(policy) != update.Policy.Label), Policies.ReferenceTo(update.Policy.Label)],
        PolicyOperation.Detach => [.. list.Where(policy => Policies.ReferenceOf(policy) != update.Policy.Label)],
        PolicyOperation.Delete => [.. list.Where(policy => !IsInline(policy, update.Policy.Type))],
        _ => [.. list.Where(policy => !IsInline(policy, update.Policy.Type)), Policies.Write(update.Policy)],
    };

    private static bool IsInline(JsonElement policy, string type) =>
        Policies.ReferenceOf(policy) is null && policy.ValueKind == JsonValueKind.Object
        && policy.TryGetProperty(nameof(Policy.Type), out var written) && string.Equals(written.GetString(), type, StringComparison.OrdinalIgnoreCase);
}
