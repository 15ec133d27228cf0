namespace Formae.BlackBox.Tests.Running;

/// <summary>Something is not as it must be.</summary>
/// <param name="kind">Which rule; a smaller script fails in the same way when it breaks the same rule.</param>
/// <param name="what">What differed.</param>
internal sealed class Violation(string kind, string what) : Exception($"{kind}: {what}")
{
    public string Kind { get; } = kind;

    public string What { get; } = what;
}

/// <summary>The rules, by the names that failures carry.</summary>
internal static class Rules
{
    public const string CommandEnds = "every command ends";
    public const string NothingFailsWithoutReason = "nothing fails or is refused without a reason";
    public const string PlanFits = "a plan fits what is there";
    public const string NoPhantom = "what is in the inventory exists in the cloud";
    public const string NoOrphan = "what exists in the cloud is in the inventory";
    public const string SameProperties = "inventory and cloud hold the same";
    public const string NativeIdsAreUnique = "no two resources share a native id";
    public const string ReferencesAreResolved = "a child's ParentId is its parent's name";
    public const string ModelHolds = "the inventory is what the model says";
    public const string CloudHolds = "the cloud is what the model says";
    public const string StrangersAreLeftAlone = "objects of others are not touched";
    public const string CallsAreWhole = "every call names a type and, but for create and list, a native id";
    public const string SynchronizationEnds = "a synchronisation ends and sees everything";
    public const string EverythingCanBeDestroyed = "at the end everything can be destroyed";
    public const string NothingIsLeft = "no lease, no open command and no dead letter is left";
    public const string NothingIsLeftBehind = "no secret stands in the open, and nothing is held";
    public const string NothingBreaks = "nothing breaks";
}
