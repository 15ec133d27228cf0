using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>The policies in a stack's row.</summary>
public static class StackPolicies
{
    /// <summary>The policies of a stack once these updates are done; a second time it changes nothing. Those of other stacks and of standalone policies do not concern it.</summary>
    public static IReadOnlyList<JsonElement>? After(Stack stack, IEnumerable<PolicyUpdate> updates)
    {
        var policies = (stack.Policies ?? []).ToList();
        foreach (var update in updates.Where(update => update.Stack == stack.Label))
        {
            if (update.Operation is PolicyOperation.Attach or PolicyOperation.Detach)
                policies.RemoveAll(policy => Policies.ReferenceOf(policy) == update.Policy.Label);
            else
                policies.RemoveAll(policy => Policies.ReferenceOf(policy) is null && Policies.Read(policy).Type == update.Policy.Type);
            if (update.Operation is PolicyOperation.Create or PolicyOperation.Update)
                policies.Add(Policies.Write(update.Policy));
            else if (update.Operation is PolicyOperation.Attach)
                policies.Add(Policies.ReferenceTo(update.Policy.Label));
        }

        return policies.Count == 0 ? null : policies;
    }
}
