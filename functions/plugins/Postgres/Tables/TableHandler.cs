using Formae.Sdk;
using Npgsql;

namespace Formae.Plugins.Postgres;

internal sealed class TableHandler(PostgresConnections connections) : TransactionalHandler<Table>(connections)
{
    private readonly TableForms _forms = new();

    protected override int NameCount => 3;

    protected override string[] NamesOf(Table desired) => [desired.Database, desired.Schema, desired.Name];

    protected override IEnumerable<string> SchemasOf(string[] names) => names[1] == "public" ? ["public"] : [names[1], "public"];

    protected override async Task<Live<Table>?> FindAsync(Session session, string[] names, Table? form)
    {
        if (await TableCatalog.FindAsync(session, names[1], names[2]).ConfigureAwait(false) is not { } row)
            return null;
        var (comment, mark) = OwnMark.Read(row.Comment);
        var known = form is null ? null : await FormAsync(session, form).ConfigureAwait(false);
        return new Live<Table>(TableView.Of(names[0], names[1], names[2], row, comment, known), mark);
    }

    protected override async Task MakeAsync(Session session, string[] names, Table desired, string mark)
    {
        await RequireTypesAsync(session, desired).ConfigureAwait(false);
        var table = Quoted.Name(names[1], names[2]);
        foreach (var statement in TableStatements.Create(desired, table))
            await session.ExecuteAsync(statement).ConfigureAwait(false);
        await CommentAsync(session, table, desired, OwnMark.Write(desired.Comment, mark), null).ConfigureAwait(false);
        if (desired.Owner is { } owner)
            await session.ExecuteAsync($"ALTER TABLE {table} OWNER TO {Quoted.Name(owner)}").ConfigureAwait(false);
    }

    protected override async Task ChangeAsync(Session session, string[] names, Table desired, Live<Table> live)
    {
        await RequireTypesAsync(session, desired).ConfigureAwait(false);
        var table = Quoted.Name(names[1], names[2]);
        var means = await _forms.MeaningOfAsync(session, desired).ConfigureAwait(false);
        var there = await TableCatalog.FindAsync(session, names[1], names[2]).ConfigureAwait(false) ?? throw new RefusedException(Gone(names));
        var casts = await session.AllAsync(
            "SELECT castsource::bigint, casttarget::bigint FROM pg_cast WHERE castcontext = 'i'", static row => ((uint)row.GetInt64(0), (uint)row.GetInt64(1))).ConfigureAwait(false);
        foreach (var statement in TableChanges.Of(desired, means, there, casts.ToHashSet()).ToList())
            await session.ExecuteAsync(statement).ConfigureAwait(false);
        await CommentAsync(session, table, desired, OwnMark.Write(desired.Comment, live.Mark), there).ConfigureAwait(false);
        if (desired.Owner is { } owner && owner != there.Owner)
            await session.ExecuteAsync($"ALTER TABLE {table} OWNER TO {Quoted.Name(owner)}").ConfigureAwait(false);
    }

    // What refers to it is not dropped with it.
    protected override Task RemoveAsync(Session session, string[] names, Table prior) => session.ExecuteAsync($"DROP TABLE {Quoted.Name(names[1], names[2])}");

    protected override (string Sql, object?[] Parameters) Listing(ListRequest<Table> request) => (
        $"""
        SELECT {NativeId.Sql("current_database()", "nspname", "relname")} FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
        WHERE relkind = 'r' AND {SchemaHandler.NotOfServer} AND ($3::text IS NULL OR nspname = $3)
          AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
        """,
        [request.Parameters.GetValueOrDefault(nameof(Table.Schema))]);

    /// <summary>Null where the server no longer understands it, or lets nobody make temporary tables: then the table is shown in the server's words.</summary>
    private async Task<TableForm?> FormAsync(Session session, Table written)
    {
        try
        {
            return new TableForm(written, await _forms.MeaningOfAsync(session, written).ConfigureAwait(false));
        }
        catch (PostgresException)
        {
            return null;
        }
        catch (RefusedException)
        {
            return null;
        }
    }

    private static async Task RequireTypesAsync(Session session, Table desired)
    {
        if (desired.Columns.GroupBy(column => column.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw RefusedException.Invalid($"'Columns[{twice.Key}]' is there twice.");
        foreach (var column in desired.Columns)
        {
            if (await session.TextAsync("SELECT to_regtype($1)::text", TableStatements.Type(column)).ConfigureAwait(false) is null)
                throw RefusedException.Invalid($"'Columns[{column.Name}].Type' is '{column.Type}', which this database has no type of. (For serial write an integer type and 'Identity'.)");
        }
    }

    private static async Task CommentAsync(Session session, string table, Table desired, string? comment, TableRow? there)
    {
        if (comment != there?.Comment)
            await session.ExecuteAsync($"COMMENT ON TABLE {table} IS {Quoted.TextOrNull(comment)}").ConfigureAwait(false);
        foreach (var column in desired.Columns)
        {
            var found = there?.Columns.FirstOrDefault(one => one.Name == column.Name)?.Comment;
            if ((column.Comment ?? "") != (found ?? ""))
                await session.ExecuteAsync($"COMMENT ON COLUMN {table}.{Quoted.Name(column.Name)} IS {Quoted.TextOrNull(column.Comment)}").ConfigureAwait(false);
        }
    }
}
