namespace Formae.Engine.Commands;

/// <summary>
/// Puts connected components together into groups of a useful size: each group is walked by an orchestration of its own, and one orchestration takes only so many
/// events a second. Components are never split, so no edge leads from one group to another.
/// </summary>
public static class Grouping
{
    private const int Smallest = 50;
    private const int Largest = 500;
    private const int Wanted = 16;

    public static IReadOnlyList<IReadOnlyList<int>> Pack(IReadOnlyList<IReadOnlyList<int>> components)
    {
        var size = Math.Clamp(components.Sum(component => component.Count) / Wanted, Smallest, Largest);
        var groups = new List<IReadOnlyList<int>>();
        var current = new List<int>();
        foreach (var component in components)
        {
            if (current.Count > 0 && current.Count + component.Count > size)
            {
                groups.Add(current);
                current = [];
            }

            current.AddRange(component);
        }

        if (current.Count > 0)
            groups.Add(current);
        return groups;
    }
}
