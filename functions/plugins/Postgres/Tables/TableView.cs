namespace Formae.Plugins.Postgres;

/// <summary>Shows a table as documents write it: in the words of the form where that means what is there, and else in those of the server.</summary>
internal static class TableView
{
    public static Table Of(string database, string schema, string name, TableRow live, string? comment, TableForm? form) => new()
    {
        Database = database,
        Schema = schema,
        Name = name,
        Owner = live.Owner,
        Columns = [.. live.Columns.Select(column => Of(column, form))],
        PrimaryKey = live.PrimaryKey is { } key ? new PrimaryKey { Name = key.Name, Columns = key.Columns ?? [] } : null,
        Unique = Shown.Of([.. live.Of(ConstraintRow.Unique).Select(row => new UniqueConstraint { Name = row.Name, Columns = row.Columns ?? [] })], form?.Written.Unique),
        Checks = Shown.Of([.. live.Of(ConstraintRow.Check).Select(row => Check(row, form))], form?.Written.Checks),
        ForeignKeys = Shown.Of([.. live.Of(ConstraintRow.Foreign).Select(row => ForeignKey(row, schema, form?.Written.ForeignKeys?.FirstOrDefault(one => one.Name == row.Name)))], form?.Written.ForeignKeys),
        Indexes = Shown.Of([.. live.Indexes.Select(row => Of(row, form))], form?.Written.Indexes),
        Comment = Shown.Comment(comment, form?.Written.Comment),
    };

    private static Column Of(ColumnRow live, TableForm? form)
    {
        var written = form?.Written.Columns.FirstOrDefault(one => one.Name == live.Name);
        var means = form?.Means.Columns.FirstOrDefault(one => one.Name == live.Name);
        return new Column
        {
            Name = live.Name,
            Type = means?.Type == live.Type ? written!.Type : live.Type,
            Nullable = means?.Nullable == live.Nullable ? written!.Nullable : live.Nullable ? null : false,
            Default = means?.Default == live.Default ? written?.Default ?? live.Default : live.Default,
            Generated = means?.Generated == live.Generated ? written?.Generated ?? live.Generated : live.Generated,
            Identity = live.Numbering,
            Comment = Shown.Comment(live.Comment, written?.Comment),
        };
    }

    private static CheckConstraint Check(ConstraintRow live, TableForm? form)
    {
        var isSame = form?.Means.Constraints.Any(one => one.Name == live.Name && one.Means(live)) is true;
        return (isSame ? form!.Written.Checks?.FirstOrDefault(one => one.Name == live.Name) : null) ?? new CheckConstraint { Name = live.Name, Expression = live.Expression ?? "" };
    }

    private static ForeignKey ForeignKey(ConstraintRow live, string schema, ForeignKey? written) => new()
    {
        Name = live.Name,
        Columns = live.Columns ?? [],
        ReferencedSchema = live.ReferencedSchema == schema && written?.ReferencedSchema is null ? null : live.ReferencedSchema,
        ReferencedTable = live.ReferencedTable ?? "",
        ReferencedColumns = live.ReferencedColumns ?? [],
        OnDelete = Shown.Of(ConstraintRow.ActionOf(live.OnDelete), ForeignKeyAction.NoAction, written?.OnDelete),
        OnUpdate = Shown.Of(ConstraintRow.ActionOf(live.OnUpdate), ForeignKeyAction.NoAction, written?.OnUpdate),
    };

    private static Index Of(IndexRow live, TableForm? form)
    {
        var isSame = form?.Means.Indexes.Any(one => one.Name == live.Name && one.Means(live)) is true;
        return (isSame ? form!.Written.Indexes?.FirstOrDefault(one => one.Name == live.Name) : null) ?? new Index
        {
            Name = live.Name,
            Columns = live.Elements,
            Unique = live.Unique ? true : null,
            Method = live.Method == "btree" ? null : live.Method,
            Include = live.Include.Count == 0 ? null : live.Include,
            Where = live.Where,
        };
    }
}
