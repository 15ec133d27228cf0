namespace Formae.Embedded.Host;

/// <summary>Which apps can be started together: each level depends on earlier ones only.</summary>
internal static class StartOrder
{
    public static IReadOnlyList<IReadOnlyList<AppSpec>> Of(IReadOnlyList<AppSpec> specs)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var spec in specs)
        {
            if (!names.Add(spec.Name))
                throw new ArgumentException($"Two apps have the name '{spec.Name}'.", nameof(specs));
        }

        foreach (var spec in specs)
        {
            if (spec.DependsOn.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
                throw new ArgumentException($"'{spec.Name}' depends on '{unknown}', which is not there.", nameof(specs));
        }

        var levels = new List<IReadOnlyList<AppSpec>>();
        var (placed, left) = (new HashSet<string>(StringComparer.Ordinal), specs.ToList());
        while (left.Count > 0)
        {
            var level = left.Where(spec => spec.DependsOn.All(placed.Contains)).ToList();
            if (level.Count == 0)
                throw new ArgumentException($"These depend on each other in a circle: {string.Join(", ", left.Select(spec => spec.Name))}.", nameof(specs));
            levels.Add(level);
            placed.UnionWith(level.Select(spec => spec.Name));
            left.RemoveAll(level.Contains);
        }

        return levels;
    }
}
