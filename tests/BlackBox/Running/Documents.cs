using System.Text.Json.Nodes;
using Formae.BlackBox.Tests.Scripts;

namespace Formae.BlackBox.Tests.Running;

/// <summary>The names of one run, and documents with them. Runs share a control plane and never meet.</summary>
/// <param name="prefix">Of all stacks, targets and objects of the run.</param>
/// <param name="profile">What is run.</param>
internal sealed class Documents(string prefix, Profile profile)
{
    private readonly Slots _slots = profile.Slots;
    private readonly Dictionary<int, JsonArray> _policies = [];

    public string Target => prefix;

    public string SlowTarget => $"{prefix}-slow";

    public string StackOf(int stack) => $"{prefix}-{(char)('a' + stack)}";

    public string NameOf(Slot slot) => $"{prefix}-{slot.Label}";

    /// <summary>Whether an object of the cloud belongs to this run.</summary>
    public bool Owns(string? name) => name?.StartsWith($"{prefix}-", StringComparison.Ordinal) == true;

    /// <summary>The slot that an object's name tells.</summary>
    public Slot? SlotOf(string? name) => Owns(name) ? _slots.Find(name![(prefix.Length + 1)..]) : null;

    public void SetTimeToLive(int stack, bool isOver) =>
        _policies[stack] = [new JsonObject { ["Type"] = "ttl", ["ExpiresAt"] = isOver ? "2020-01-01T00:00:00Z" : "2099-01-01T00:00:00Z", ["OnDependents"] = "cascade" }];

    public string Of(Step.Apply apply) => Document([apply.Stack], apply.Resources.Select(draft => ResourceOf(_slots[draft.Slot], draft.Content))).ToJsonString();

    /// <summary>No resources, only the stack and its policies.</summary>
    public string OfPolicies(int stack) => Document([stack], []).ToJsonString();

    public string OfNames(IEnumerable<string> labels)
    {
        var slots = labels.Select(label => _slots[label]).ToList();
        return Document(slots.Select(slot => slot.Stack).Distinct(), slots.Select(slot => ResourceOf(slot, content: null))).ToJsonString();
    }

    private JsonObject Document(IEnumerable<int> stacks, IEnumerable<JsonObject> resources) => new()
    {
        ["Stacks"] = new JsonArray([.. stacks.Select(stack => new JsonObject { ["Label"] = StackOf(stack), ["Policies"] = PoliciesOf(stack) })]),
        ["Targets"] = new JsonArray(
            new JsonObject { ["Label"] = Target, ["Namespace"] = "FakeAWS", ["Config"] = new JsonObject() },
            new JsonObject { ["Label"] = SlowTarget, ["Namespace"] = "FakeAWS", ["Config"] = new JsonObject { ["AsyncCreates"] = true } }),
        ["Resources"] = new JsonArray([.. resources]),
    };

    private JsonArray PoliciesOf(int stack)
    {
        var policies = new JsonArray([.. (_policies.GetValueOrDefault(stack) ?? []).Select(policy => policy!.DeepClone())]);
        if (profile.IsChaos)
            policies.Add(new JsonObject { ["Type"] = "auto-reconcile", ["IntervalSeconds"] = 86_400 });
        return policies;
    }

    private JsonObject ResourceOf(Slot slot, Content? content)
    {
        var properties = new JsonObject { ["Name"] = NameOf(slot) };
        if (slot.Parent is { } parent)
        {
            properties["ParentId"] = new JsonObject
            {
                ["$res"] = true,
                ["$label"] = parent,
                ["$type"] = _slots[parent].Type,
                ["$stack"] = StackOf(_slots[parent].Stack),
                ["$property"] = "Name",
            };
        }

        content?.WriteTo(properties, slot.Kind == SlotKind.Secret);
        if (content is null && slot.Kind == SlotKind.Secret)
            properties["SecretString"] = "unknown";
        return new JsonObject
        {
            ["Label"] = slot.Label,
            ["Type"] = slot.Type,
            ["Stack"] = StackOf(slot.Stack),
            ["Target"] = slot.IsSlow ? SlowTarget : Target,
            ["Properties"] = properties,
        };
    }
}
