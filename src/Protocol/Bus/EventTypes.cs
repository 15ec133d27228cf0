namespace Formae.Protocol.Bus;

/// <summary>The types of events that the control plane tells of, and what a plugin may ask for with them.</summary>
public static class EventTypes
{
    /// <summary>A command has come to its end, whatever the end is.</summary>
    public const string CommandFinished = "command.finished";

    /// <summary>A resource was created.</summary>
    public const string ResourceCreated = "resource.created";

    /// <summary>A resource was updated in place, or got another name or stack.</summary>
    public const string ResourceUpdated = "resource.updated";

    /// <summary>A resource was made anew because it could not be updated. The object before it went with an event of its own.</summary>
    public const string ResourceReplaced = "resource.replaced";

    /// <summary>A resource was deleted.</summary>
    public const string ResourceDeleted = "resource.deleted";

    /// <summary>What was to be done with a resource was not done.</summary>
    public const string ResourceFailed = "resource.failed";

    /// <summary>A synchronisation has seen that somebody else changed a resource.</summary>
    public const string DriftChanged = "drift.changed";

    /// <summary>A synchronisation has seen that somebody else deleted a resource.</summary>
    public const string DriftDeleted = "drift.deleted";

    private const string All = "*";

    /// <summary>All of them: what is not here is never told.</summary>
    public static IReadOnlyList<string> Known { get; } =
        [CommandFinished, ResourceCreated, ResourceUpdated, ResourceReplaced, ResourceDeleted, ResourceFailed, DriftChanged, DriftDeleted];

    /// <summary>The types that a list of wishes means, each once: a type, <c>drift.*</c> for all of a kind, or <c>*</c> for all.</summary>
    /// <param name="wishes">As the manifest of a plugin has them.</param>
    /// <exception cref="FormatException">A wish means nothing: the message says which, and what there is.</exception>
    public static IReadOnlyList<string> Expand(IReadOnlyList<string> wishes)
    {
        var meant = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < wishes.Count; i++)
        {
            var types = Known.Where(type => Means(wishes[i], type)).ToList();
            if (types.Count == 0)
                throw new FormatException($"'events[{i}]' is '{wishes[i]}', which is no event: there are {string.Join(", ", Known)}, and {string.Join(", ", Known.Select(KindOf).Distinct())} for all of a kind.");
            meant.UnionWith(types);
        }

        return [.. Known.Where(meant.Contains)];
    }

    private static bool Means(string wish, string type) => wish == type || wish == KindOf(type) || wish == All;

    private static string KindOf(string type) => type[..type.IndexOf('.', StringComparison.Ordinal)] + ".*";
}
