using Formae.BlackBox.Tests.Scripts;

namespace Formae.BlackBox.Tests.Worlds;

/// <summary>A command that was accepted, as its world knows it while it runs.</summary>
/// <param name="CommandId">Its id.</param>
/// <param name="Stack">The stack that it was given for; null: known by its updates only.</param>
/// <param name="Declared">What its document declares, where it has one.</param>
/// <param name="Reconciles">Whether it is an apply in reconcile mode.</param>
internal sealed record Undertaking(string CommandId, int? Stack, IReadOnlyDictionary<string, Content>? Declared, bool Reconciles)
{
    /// <summary>What the inventory may have held when it was planned.</summary>
    public Dictionary<string, IReadOnlyCollection<Content>> Before { get; } = new(StringComparer.Ordinal);

    /// <summary>The slots that its plan has updates for; null where that is not known.</summary>
    public IReadOnlySet<string>? Planned { get; init; }

    /// <summary>The slots whose update may be the adoption of something unmanaged.</summary>
    public HashSet<string> Adopted { get; } = new(StringComparer.Ordinal);

    /// <summary>What was done in the cloud meanwhile, behind its back.</summary>
    public List<(string Slot, Func<Content, Content> Change)> Outside { get; } = [];

    /// <summary>Crashed, forced to end, or served by a bus that repeats and delays: of what failed nobody knows whether it was done.</summary>
    public bool IsDisturbed { get; set; }

    public bool IsCanceled { get; set; }

    /// <summary>Reports of its creates come when nobody waits for them any more.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>It was canceled by force: what ran may go on without it.</summary>
    public bool IsForced { get; set; }

    /// <summary>A synchronisation ran beside it.</summary>
    public bool IsObserved { get; set; }

    /// <summary>Another command ran beside it.</summary>
    public bool IsAccompanied { get; set; }

    /// <summary>Whether it changes a slot, as far as is known.</summary>
    public bool MayChange(Slot slot) => Planned?.Contains(slot.Label) ?? (Stack is null || Stack == slot.Stack);
}
