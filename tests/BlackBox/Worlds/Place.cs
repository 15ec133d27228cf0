using Formae.BlackBox.Tests.Scripts;

namespace Formae.BlackBox.Tests.Worlds;

/// <summary>What may be in a slot, in the inventory and in the cloud. One possibility is the rule; there are more where nobody can know, until something tells.</summary>
internal sealed class Place(Slot slot)
{
    public Slot Slot { get; } = slot;

    public HashSet<Content> Inventory { get; private set; } = [Content.Absent];

    public HashSet<Content> Cloud { get; private set; } = [Content.Absent];

    /// <summary>What operations that nobody waits for any more would make of it: they may still be carried out, at any time, until no message is under way.</summary>
    private readonly HashSet<Content> _looseEnds = [];

    /// <summary>What may be kept as unmanaged under its name, of creates that were given up: a plan that finds nothing else there adopts it.</summary>
    private readonly HashSet<Content> _strays = [];

    public IReadOnlyCollection<Content> Strays => _strays;

    public bool MayHaveStray => _strays.Count > 0;

    public bool HasLooseEnds => _looseEnds.Count > 0;

    public bool MayBeThere => Inventory.Any(content => !content.IsAbsent);

    public bool MayBeMissing => Inventory.Contains(Content.Absent);

    /// <summary>Whether cloud and inventory may differ: somebody was there, or nobody knows.</summary>
    public bool MayHaveDrifted => Cloud.Count > 1 || Inventory.Count > 1 || !Cloud.SetEquals(Inventory);

    /// <summary>Both are one of these.</summary>
    public void Become(IEnumerable<Content> contents)
    {
        Inventory = [.. contents, .. _looseEnds];
        Cloud = [.. Inventory];
    }

    /// <summary>Both may be one of these as well.</summary>
    public void MayBecome(IEnumerable<Content> contents)
    {
        var more = contents.ToList();
        Inventory = [.. Inventory, .. more];
        Cloud = [.. Cloud, .. more];
    }

    /// <summary>An operation was given up: what it would have made may be there now, or come later.</summary>
    public void Loosen(IReadOnlyCollection<Content> contents)
    {
        _looseEnds.UnionWith(contents);
        MayBecome(contents);
    }

    /// <summary>A create was given up: what it made may be kept as unmanaged where the place is taken by another one.</summary>
    public void Stray(IEnumerable<Content> contents) => _strays.UnionWith(contents);

    /// <summary>A plan adopts what is there as unmanaged, or may do so.</summary>
    public void Adopt()
    {
        Inventory = [.. Inventory, .. _strays];
        Cloud = [.. Cloud, .. _strays];
    }

    /// <summary>No message is under way any more.</summary>
    public void Settle() => _looseEnds.Clear();

    public void ChangeOutside(Func<Content, Content> change, bool isCertain)
    {
        Cloud = isCertain ? [.. Cloud.Select(change)] : [.. Cloud, .. Cloud.Select(change)];
        Stray([.. _strays.Select(change)]);
    }

    /// <summary>The inventory has been told of the cloud, or may have been.</summary>
    public void Observe(bool isCertain) => Inventory = isCertain ? [.. Cloud] : [.. Inventory, .. Cloud];

    /// <summary>Something has told which of the possibilities is true.</summary>
    /// <returns>False: none of them can be.</returns>
    public bool Keep(Func<Content, bool> holds)
    {
        var kept = Inventory.Where(holds).ToHashSet();
        if (kept.Count == 0)
            return false;
        Inventory = [.. kept, .. _looseEnds];
        return true;
    }

    public override string ToString() => $"{Slot.Label}: inventory {string.Join(" or ", Inventory)}; cloud {string.Join(" or ", Cloud)}";
}
