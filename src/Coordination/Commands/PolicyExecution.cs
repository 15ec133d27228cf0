using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;
using PolicyOperation = Formae.Engine.Planning.PolicyOperation;
using PolicyUpdate = Formae.Engine.Planning.PolicyUpdate;
using Stack = Formae.Model.Stack;

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
            await stacks.SetPoliciesAsync(ofStack.Key, list => StackPolicies.After(new Stack { Label = ofStack.Key, Policies = list }, ofStack) ?? [], cancellation);
        foreach (var update in updates.Where(update => update is { Stack: null, Operation: PolicyOperation.Delete }))
            await policies.RemoveAsync(update.Policy.Label, cancellation);
    }
}
