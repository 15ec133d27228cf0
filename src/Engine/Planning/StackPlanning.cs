using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>What happens to the declared stacks.</summary>
internal static class StackPlanning
{
    /// <param name="policies">What happens to the policies: a stack that is written is written with them.</param>
    public static List<StackUpdate> Updates(PlanRequest request, IReadOnlyList<PolicyUpdate> policies)
    {
        var stored = new Dictionary<string, Stack>(StringComparer.Ordinal);
        foreach (var stack in request.Inventory.Stacks)
            stored[stack.Label] = stack;
        var updates = new List<StackUpdate>();
        foreach (var declared in request.Forma.Stacks)
        {
            if (!stored.TryGetValue(declared.Label, out var existing))
                updates.Add(new StackUpdate { Operation = StackOperation.Create, Stack = declared with { Id = request.NewKsuid(), Policies = StackPolicies.After(declared with { Policies = null }, policies) } });
            else if ((declared.Description ?? "") != (existing.Description ?? ""))
                updates.Add(new StackUpdate { Operation = StackOperation.Update, Stack = declared with { Id = existing.Id, CreatedAt = existing.CreatedAt, Policies = StackPolicies.After(existing, policies) }, Existing = existing });
        }

        return updates;
    }
}
