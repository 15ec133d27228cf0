using Formae.Model;

namespace Formae.Engine.Planning;

/// <summary>What happens to policies: standalone ones, those written in a stack, and which stack refers to which.</summary>
internal static class PolicyPlanning
{
    public static List<PolicyUpdate> OfApply(PlanRequest request)
    {
        var updates = new List<PolicyUpdate>();
        var stored = request.Inventory.Policies.ToDictionary(policy => policy.Label, StringComparer.Ordinal);
        var standalone = request.Forma.Policies.Select(Policies.Read).ToDictionary(policy => policy.Label, StringComparer.Ordinal);
        foreach (var declared in standalone.Values)
        {
            if (!stored.TryGetValue(declared.Label, out var existing))
                updates.Add(new PolicyUpdate { Operation = PolicyOperation.Create, Policy = declared });
            else if (!Policies.SayTheSame(existing, declared))
                updates.Add(new PolicyUpdate { Operation = PolicyOperation.Update, Policy = declared with { LastReconcileAt = existing.LastReconcileAt }, Existing = existing });
        }

        var stacks = request.Inventory.Stacks.ToDictionary(stack => stack.Label, StringComparer.Ordinal);
        foreach (var declared in request.Forma.Stacks)
        {
            var existing = stacks.GetValueOrDefault(declared.Label) ?? new Stack { Label = declared.Label };
            updates.AddRange(Inline(request, declared, existing));
            var (before, after) = (Policies.ReferencedBy(existing).ToList(), Policies.ReferencedBy(declared).ToList());
            updates.AddRange(after.Except(before, StringComparer.Ordinal).Select(label => Reference(PolicyOperation.Attach, label)));
            updates.AddRange(before.Except(after, StringComparer.Ordinal).Select(label => Reference(PolicyOperation.Detach, label)));

            PolicyUpdate Reference(PolicyOperation operation, string label) => new()
            {
                Operation = operation,
                Policy = standalone.GetValueOrDefault(label) ?? stored.GetValueOrDefault(label) ?? new Policy { Label = label },
                Stack = declared.Label,
            };
        }

        return updates;
    }

    /// <summary>Standalone policies of the document go, unless a stack that stays refers to them. Those of a stack go with the stack.</summary>
    public static List<PolicyUpdate> OfDestroy(PlanRequest request, IReadOnlyList<ResourceUpdate> deletes)
    {
        if (request.Forma.Policies.Count == 0)
            return [];
        var stored = request.Inventory.Policies.ToDictionary(policy => policy.Label, StringComparer.Ordinal);
        var going = deletes.Select(update => update.Resource.Ksuid).ToHashSet(StringComparer.Ordinal);
        var staying = request.Inventory.Resources.Where(resource => !going.Contains(resource.Ksuid)).Select(resource => resource.Stack).ToHashSet(StringComparer.Ordinal);
        var emptied = deletes.Select(update => update.Resource.Stack).Where(stack => !staying.Contains(stack)).ToHashSet(StringComparer.Ordinal);
        var updates = new List<PolicyUpdate>();
        foreach (var label in request.Forma.Policies.Select(policy => Policies.Read(policy).Label).Distinct(StringComparer.Ordinal))
        {
            if (!stored.TryGetValue(label, out var existing))
                continue;
            var users = (request.Inventory.PolicyUsers.GetValueOrDefault(label) ?? []).Where(stack => !emptied.Contains(stack)).Order(StringComparer.Ordinal).ToList();
            updates.Add(new PolicyUpdate { Operation = users.Count > 0 ? PolicyOperation.Skip : PolicyOperation.Delete, Policy = existing, Existing = existing, ReferencingStacks = users });
        }

        return updates;
    }

    /// <summary>References to policies that are neither in the document nor stored.</summary>
    public static IEnumerable<Diagnostic> Missing(PlanRequest request)
    {
        var known = request.Forma.Policies.Select(policy => Policies.Read(policy).Label).Concat(request.Inventory.Policies.Select(policy => policy.Label)).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < request.Forma.Stacks.Count; i++)
        {
            var policies = request.Forma.Stacks[i].Policies ?? [];
            for (var j = 0; j < policies.Count; j++)
            {
                if (Policies.ReferenceOf(policies[j]) is { } label && !known.Contains(label))
                {
                    yield return new Diagnostic
                    {
                        Code = DiagnosticCodes.PolicyNotFound,
                        Summary = $"There is no policy '{label}'.{Suggestion.Sentence(label, known)}",
                        Detail = "Declare it under Policies of the document, or apply it first.",
                        Path = $"Stacks[{i}].Policies[{j}]",
                    };
                }
            }
        }
    }

    private static IEnumerable<PolicyUpdate> Inline(PlanRequest request, Stack declared, Stack existing)
    {
        var before = Policies.InlineOf(existing).ToDictionary(policy => policy.Type, StringComparer.Ordinal);
        var after = Policies.InlineOf(declared).ToDictionary(policy => policy.Type, StringComparer.Ordinal);
        foreach (var policy in after.Values)
        {
            if (!before.TryGetValue(policy.Type, out var old))
                yield return new PolicyUpdate { Operation = PolicyOperation.Create, Policy = Named(policy, () => $"{declared.Label}-{policy.Type}-{request.NewKsuid()[^8..]}"), Stack = declared.Label };
            else if (!Policies.SayTheSame(old, policy) || (policy.Label.Length > 0 && policy.Label != old.Label))
                yield return new PolicyUpdate { Operation = PolicyOperation.Update, Policy = Named(policy, () => old.Label), Stack = declared.Label, Existing = old };
        }

        if (request.Mode != ApplyMode.Reconcile)
            yield break;
        foreach (var gone in before.Values.Where(policy => !after.ContainsKey(policy.Type)))
            yield return new PolicyUpdate { Operation = PolicyOperation.Delete, Policy = gone, Stack = declared.Label, Existing = gone };
    }

    private static Policy Named(Policy policy, Func<string> label) => policy.Label.Length > 0 ? policy : policy with { Label = label() };
}
