using System.Text.Json;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Queries;

/// <summary>Every policy: those with a row of their own, and those that stand in a stack.</summary>
public sealed class PolicyQueries(PolicyStore policies, StackStore stacks)
{
    public async Task<IReadOnlyList<PolicyInventoryItem>> ListAsync(CancellationToken cancellation)
    {
        var all = await stacks.ListAsync(cancellation);
        var users = all.SelectMany(stack => Policies.ReferencedBy(stack).Select(label => (label, stack.Label))).ToLookup(pair => pair.label, pair => pair.Label, StringComparer.Ordinal);
        var standalone = (await policies.ListAsync(cancellation)).Select(policy => Item(policy, [.. users[policy.Label].Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]));
        var inline = all.SelectMany(stack => (stack.Policies ?? [])
            .Where(policy => Policies.ReferenceOf(policy) is null)
            .Select(policy => Item(JsonSerializer.Deserialize(policy, HttpJson.Readable.Policy)!, [stack.Label])));
        return [.. standalone.Concat(inline).OrderBy(item => item.Label, StringComparer.Ordinal).ThenBy(item => item.AttachedStacks is [var first, ..] ? first : "", StringComparer.Ordinal)];
    }

    /// <summary>The config is what is left of a policy without its type and label.</summary>
    private static PolicyInventoryItem Item(Policy policy, IReadOnlyList<string> stacks)
    {
        var config = JsonSerializer.SerializeToNode(policy, HttpJson.Readable.Policy)!.AsObject();
        config.Remove(nameof(Policy.Type));
        config.Remove(nameof(Policy.Label));
        return new PolicyInventoryItem { Label = policy.Label, Type = policy.Type, Config = JsonSerializer.SerializeToElement(config, HttpJson.Readable.JsonObject), AttachedStacks = stacks };
    }
}
