namespace Formae.Plugins.Postgres;

/// <summary>
/// How reads show what PostgreSQL has a default for: a default is left out unless the document writes it. So a document need not write defaults, and a value that somebody changed behind it is seen all the same.
/// </summary>
internal static class Shown
{
    public static TValue? Of<TValue>(TValue live, TValue usual, TValue? written)
        where TValue : struct =>
        written is null && EqualityComparer<TValue>.Default.Equals(live, usual) ? null : live;

    public static IReadOnlyList<TItem>? Of<TItem>(IReadOnlyList<TItem> live, IReadOnlyList<TItem>? written) => live.Count == 0 && written is null ? null : live;

    /// <summary>A comment; none and an empty one are the same to PostgreSQL.</summary>
    public static string? Comment(string? live, string? written) => live ?? (written is "" ? written : null);
}
