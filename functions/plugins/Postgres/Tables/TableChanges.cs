namespace Formae.Plugins.Postgres;

/// <summary>
/// The statements that make a table what it shall be. What goes goes first, then columns change, then comes what is new. Constraints and indexes hold no data and may go and come; a column goes only when the document
/// says that columns may.
/// </summary>
internal static class TableChanges
{
    /// <param name="desired">What it shall be, as it is written.</param>
    /// <param name="means">What the server understands by that.</param>
    /// <param name="live">What it is.</param>
    /// <param name="implicitCasts">The pairs of types between which the server casts by itself.</param>
    /// <exception cref="RefusedException">It cannot be done in place without losing data.</exception>
    public static IEnumerable<string> Of(Table desired, TableRow means, TableRow live, IReadOnlySet<(uint From, uint To)> implicitCasts)
    {
        var target = Quoted.Name(desired.Schema, desired.Name);
        var alter = $"ALTER TABLE {target} ";

        // Constraints to other tables first: they hold on to keys.
        foreach (var gone in live.Constraints.Where(row => !means.Constraints.Any(one => Same(one, row))).OrderBy(row => row.Kind != ConstraintRow.Foreign))
            yield return $"{alter}DROP CONSTRAINT {Quoted.Name(gone.Name)}";
        foreach (var gone in live.Indexes.Where(row => !means.Indexes.Any(one => one.Name == row.Name && one.Means(row))))
            yield return $"DROP INDEX {Quoted.Name(desired.Schema, gone.Name)}";

        foreach (var gone in live.Columns.Where(row => means.Columns.All(one => one.Name != row.Name)))
        {
            yield return desired.DropColumns?.Contains(gone.Name) is true
                ? $"{alter}DROP COLUMN {Quoted.Name(gone.Name)}"
                : throw RefusedException.NotUpdatable($"The table has a column '{gone.Name}' that the document has not. To drop it, with what is in it, name it in 'DropColumns'.");
        }

        foreach (var row in means.Columns)
        {
            var column = desired.Columns.First(one => one.Name == row.Name);
            var statements = live.Columns.FirstOrDefault(one => one.Name == row.Name) is { } there
                ? Column(column, row, there, implicitCasts).Select(change => $"{alter}ALTER COLUMN {Quoted.Name(row.Name)} {change}")
                : [$"{alter}ADD COLUMN {TableStatements.Column(column)}"];
            foreach (var statement in statements)
                yield return statement;
        }

        foreach (var row in means.Constraints.Where(row => !live.Constraints.Any(one => Same(row, one))).OrderBy(row => row.Kind == ConstraintRow.Foreign))
            yield return $"{alter}ADD {Constraint(desired, row)}";
        foreach (var index in (desired.Indexes ?? []).Where(index => !live.Indexes.Any(one => one.Name == index.Name && means.Indexes.Any(row => row.Name == index.Name && row.Means(one)))))
            yield return TableStatements.CreateIndex(index, target);

        // A primary key that the document gives no name may have any.
        bool Same(ConstraintRow wanted, ConstraintRow there) =>
            wanted.Means(there) && (wanted.Name == there.Name || (wanted.Kind == ConstraintRow.Primary && desired.PrimaryKey?.Name is null));
    }

    private static IEnumerable<string> Column(Column desired, ColumnRow means, ColumnRow live, IReadOnlySet<(uint From, uint To)> implicitCasts)
    {
        if (means.Generated != live.Generated)
            throw RefusedException.NotUpdatable($"'Columns[{means.Name}].Generated' cannot be changed in place.");
        var hasOtherType = means.Type != live.Type;
        if (hasOtherType && !TypeChange.LosesNothing(live, means, implicitCasts.Contains((live.TypeId, means.TypeId))))
            throw RefusedException.NotUpdatable($"'Columns[{means.Name}].Type' cannot be changed in place from {live.Type} to {means.Type}: values could be lost, or the server does not cast by itself. Add another column, or replace the table.");
        if (live.Default is not null && (means.Default is null || hasOtherType))
            yield return "DROP DEFAULT";
        if (live.Numbering is not null && means.Numbering is null)
            yield return "DROP IDENTITY";
        if (hasOtherType)
            yield return $"TYPE {TableStatements.Type(desired)}";
        if (means.Default is not null && (means.Default != live.Default || hasOtherType))
            yield return $"SET DEFAULT ({Expression.Checked($"Columns[{means.Name}].Default", desired.Default!)})";
        if (means.Nullable != live.Nullable)
            yield return means.Nullable ? "DROP NOT NULL" : "SET NOT NULL";
        if (means.Numbering is { } numbering && numbering != live.Numbering)
            yield return live.Numbering is null ? $"ADD GENERATED {TableStatements.Numbering(numbering)} AS IDENTITY" : $"SET GENERATED {TableStatements.Numbering(numbering)}";
    }

    private static string Constraint(Table desired, ConstraintRow row) => row.Kind switch
    {
        ConstraintRow.Primary => TableStatements.PrimaryKey(desired.PrimaryKey!),
        ConstraintRow.Unique => TableStatements.Unique(desired.Unique!.First(one => one.Name == row.Name)),
        ConstraintRow.Check => TableStatements.Check(desired.Checks!.First(one => one.Name == row.Name)),
        _ => TableStatements.ForeignKey(desired.ForeignKeys!.First(one => one.Name == row.Name), desired.Schema),
    };
}
