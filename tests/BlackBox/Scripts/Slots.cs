namespace Formae.BlackBox.Tests.Scripts;

internal enum SlotKind
{
    Parent,
    Child,
    Grandchild,
    Secret,
}

/// <summary>A place for one resource: it may be there or not, and it is always the same one, under the same name.</summary>
/// <param name="Stack">Place of its stack in the profile: 0, 1, 2.</param>
/// <param name="Label">Label and end of its name.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Parent">The label of the slot that it refers to, perhaps in stack 0.</param>
/// <param name="IsSlow">On the target whose creates answer that they are in progress.</param>
internal sealed record Slot(int Stack, string Label, SlotKind Kind, string? Parent = null, bool IsSlow = false)
{
    public string Type => Kind switch
    {
        SlotKind.Parent => "FakeAWS::Generic::Resource",
        SlotKind.Child => "FakeAWS::Generic::ChildResource",
        SlotKind.Grandchild => "FakeAWS::Generic::GrandchildResource",
        _ => "FakeAWS::SecretsManager::Secret",
    };
}

/// <summary>
/// The slots of a profile. A stack has trees of five (a parent, two children, a grandchild below each) and a secret; stacks after the first
/// have two more children, whose parents are in the first.
/// </summary>
internal sealed class Slots
{
    private readonly Dictionary<string, Slot> _byLabel;

    public Slots(int stacks, int trees)
    {
        (Stacks, Trees) = (stacks, trees);
        All = [.. Enumerable.Range(0, stacks).SelectMany(stack => OfStack(stack, trees))];
        _byLabel = All.ToDictionary(slot => slot.Label, StringComparer.Ordinal);
    }

    public int Stacks { get; }

    public int Trees { get; }

    public IReadOnlyList<Slot> All { get; }

    public Slot this[string label] => _byLabel[label];

    public Slot? Find(string label) => _byLabel.GetValueOrDefault(label);

    public IEnumerable<Slot> In(int stack) => All.Where(slot => slot.Stack == stack);

    public IEnumerable<Slot> ChildrenOf(string label) => All.Where(slot => slot.Parent == label);

    /// <summary>The slot and all below it, in any stack.</summary>
    public IEnumerable<Slot> Below(Slot slot) => [slot, .. ChildrenOf(slot.Label).SelectMany(Below)];

    private static IEnumerable<Slot> OfStack(int stack, int trees)
    {
        var name = (char)('a' + stack);
        for (var tree = 1; tree <= trees; tree++)
        {
            var root = $"{name}{tree}";
            yield return new Slot(stack, root, SlotKind.Parent);
            yield return new Slot(stack, $"{root}-left", SlotKind.Child, root);
            yield return new Slot(stack, $"{root}-right", SlotKind.Child, root);
            yield return new Slot(stack, $"{root}-left-leaf", SlotKind.Grandchild, $"{root}-left");
            yield return new Slot(stack, $"{root}-right-leaf", SlotKind.Grandchild, $"{root}-right", IsSlow: true);
        }

        yield return new Slot(stack, $"{name}-secret", SlotKind.Secret);
        if (stack == 0)
            yield break;
        yield return new Slot(stack, $"{name}-guest1", SlotKind.Child, "a1");
        yield return new Slot(stack, $"{name}-guest2", SlotKind.Child, $"a{trees}", IsSlow: true);
    }
}
