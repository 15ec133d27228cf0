namespace Formae.Plugins.Postgres;

/// <summary>Shows a table as documents write it: in the words of the first form that means what is there, and else in those of the server.</summary>
internal static class TableView
{
    public static Table Of(string database, string schema, string name, TableRow live, string? comment, IReadOnlyList<TableForm> forms) => new()
    {
        Database = database,
        Schema = schema,
        Name = name,
        Owner = live.Owner,
        Columns = [.. live.Columns.Select(column => Of(column, forms))],
        PrimaryKey = live.PrimaryKey is { } key ? new PrimaryKey { Name = key.Name, Columns = key.Columns ?? [] } : null,
        Unique = Shown.Of([.. live.Of(ConstraintRow.Unique).Select(row => new UniqueConstraint { Name = row.Name, Columns = row.Columns ?? [] })], Written(forms, form => form.Unique)),
        Checks = Shown.Of([.. live.Of(ConstraintRow.Check).Select(row => Of(row, CheckForm(row, forms)))], Written(forms, form => form.Checks)),
        ForeignKeys = Shown.Of([.. live.Of(ConstraintRow.Foreign).Select(row => ForeignKey(row, schema, forms))], Written(forms, form => form.ForeignKeys)),
        Indexes = Shown.Of([.. live.Indexes.Select(row => Of(row, forms))], Written(forms, form => form.Indexes)),
        Comment = Shown.Comment(comment, forms.Select(form => form.Written.Comment).FirstOrDefault()),
    };

    private static Column Of(ColumnRow live, IReadOnlyList<TableForm> forms)
    {
        var written = forms
            .Select(form => (Written: form.Written.Columns.FirstOrDefault(one => one.Name == live.Name), Means: form.Means.Columns.FirstOrDefault(one => one.Name == live.Name)))
            .Where(form => form is { Written: not null, Means: not null })
            .ToList();
        return new Column
        {
            Name = live.Name,
            Type = written.Find(form => form.Means!.Type == live.Type).Written?.Type ?? live.Type,
            Nullable = written.Find(form => form.Means!.Nullable == live.Nullable) is { Written: { } same } ? same.Nullable : live.Nullable ? null : false,
            Default = live.Default is null ? null : written.Find(form => form.Means!.Default == live.Default).Written?.Default ?? live.Default,
            Generated = live.Generated is null ? null : written.Find(form => form.Means!.Generated == live.Generated).Written?.Generated ?? live.Generated,
            Identity = live.Numbering,
            Comment = Shown.Comment(live.Comment, written.Select(form => form.Written!.Comment).FirstOrDefault()),
        };
    }

    private static CheckConstraint Of(ConstraintRow live, string? written) => new() { Name = live.Name, Expression = written ?? live.Expression ?? "" };

    private static string? CheckForm(ConstraintRow live, IReadOnlyList<TableForm> forms) => forms
        .Where(form => form.Means.Constraints.Any(one => one.Name == live.Name && one.Means(live)))
        .Select(form => form.Written.Checks?.FirstOrDefault(one => one.Name == live.Name)?.Expression)
        .FirstOrDefault(expression => expression is not null);

    private static ForeignKey ForeignKey(ConstraintRow live, string schema, IReadOnlyList<TableForm> forms)
    {
        var written = forms.Select(form => form.Written.ForeignKeys?.FirstOrDefault(one => one.Name == live.Name)).FirstOrDefault(one => one is not null);
        return new ForeignKey
        {
            Name = live.Name,
            Columns = live.Columns ?? [],
            ReferencedSchema = live.ReferencedSchema == schema && written?.ReferencedSchema is null ? null : live.ReferencedSchema,
            ReferencedTable = live.ReferencedTable ?? "",
            ReferencedColumns = live.ReferencedColumns ?? [],
            OnDelete = Shown.Of(ConstraintRow.ActionOf(live.OnDelete), ForeignKeyAction.NoAction, written?.OnDelete),
            OnUpdate = Shown.Of(ConstraintRow.ActionOf(live.OnUpdate), ForeignKeyAction.NoAction, written?.OnUpdate),
        };
    }

    private static Index Of(IndexRow live, IReadOnlyList<TableForm> forms)
    {
        var same = forms.Where(form => form.Means.Indexes.Any(one => one.Name == live.Name && one.Means(live)))
            .Select(form => form.Written.Indexes?.FirstOrDefault(one => one.Name == live.Name))
            .FirstOrDefault(index => index is not null);
        return same ?? new Index
        {
            Name = live.Name,
            Columns = live.Elements,
            Unique = live.Unique ? true : null,
            Method = live.Method == "btree" ? null : live.Method,
            Include = live.Include.Count == 0 ? null : live.Include,
            Where = live.Where,
        };
    }

    private static IReadOnlyList<TItem>? Written<TItem>(IReadOnlyList<TableForm> forms, Func<Table, IReadOnlyList<TItem>?> part) => forms.Select(form => part(form.Written)).FirstOrDefault();
}
