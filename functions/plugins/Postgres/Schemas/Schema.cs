using Formae.Sdk;

namespace Formae.Plugins.Postgres;

[ResourceType("Postgres::Database::Schema", Parent = "Postgres::Server::Database")]
[ParentProperty(nameof(Postgres.Database.Name), nameof(Database))]
[Description("A schema: a space of names in a database.")]
public sealed record Schema
{
    [CreateOnly]
    public required string Database { get; init; }

    [CreateOnly]
    public required string Name { get; init; }

    [ProviderDefault, Description("The role that owns it. Default: who connects.")]
    public string? Owner { get; init; }

    public string? Comment { get; init; }
}

internal sealed record SchemaRow
{
    public required string Owner { get; init; }

    public string? Comment { get; init; }
}

internal sealed class SchemaHandler(PostgresConnections connections) : TransactionalHandler<Schema>(connections)
{
    /// <summary>The server's own schemas are nobody's to manage.</summary>
    public const string NotOfServer = @"nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'";

    protected override int NameCount => 2;

    protected override string[] NamesOf(Schema desired) => [desired.Database, desired.Name];

    protected override async Task<Live<Schema>?> FindAsync(Session session, string[] names, Schema? form)
    {
        var row = await session.JsonAsync(
            "SELECT json_build_object('Owner', pg_get_userbyid(nspowner), 'Comment', obj_description(oid, 'pg_namespace'))::text FROM pg_namespace WHERE nspname = $1",
            PostgresJson.Default.SchemaRow,
            names[1]).ConfigureAwait(false);
        if (row is null)
            return null;
        var (comment, mark) = OwnMark.Read(row.Comment);
        return new Live<Schema>(new Schema { Database = names[0], Name = names[1], Owner = row.Owner, Comment = Shown.Comment(comment, form?.Comment) }, mark);
    }

    protected override async Task MakeAsync(Session session, string[] names, Schema desired, string mark)
    {
        var schema = Quoted.Name(names[1]);
        await session.ExecuteAsync($"CREATE SCHEMA {schema}").ConfigureAwait(false);
        await session.ExecuteAsync($"COMMENT ON SCHEMA {schema} IS {Quoted.TextOrNull(OwnMark.Write(desired.Comment, mark))}").ConfigureAwait(false);
        if (desired.Owner is { } owner)
            await session.ExecuteAsync($"ALTER SCHEMA {schema} OWNER TO {Quoted.Name(owner)}").ConfigureAwait(false);
    }

    protected override async Task ChangeAsync(Session session, string[] names, Schema desired, Live<Schema> live)
    {
        var schema = Quoted.Name(names[1]);
        if ((desired.Comment ?? "") != (live.Properties.Comment ?? ""))
            await session.ExecuteAsync($"COMMENT ON SCHEMA {schema} IS {Quoted.TextOrNull(OwnMark.Write(desired.Comment, live.Mark))}").ConfigureAwait(false);
        if (desired.Owner is { } owner && owner != live.Properties.Owner)
            await session.ExecuteAsync($"ALTER SCHEMA {schema} OWNER TO {Quoted.Name(owner)}").ConfigureAwait(false);
    }

    // What is in it is not dropped with it: PostgreSQL refuses while there is something.
    protected override Task RemoveAsync(Session session, string[] names, Schema prior) => session.ExecuteAsync($"DROP SCHEMA {Quoted.Name(names[1])}");

    protected override (string Sql, object?[] Parameters) Listing(ListRequest<Schema> request) =>
        ($"SELECT {NativeId.Sql("current_database()", "nspname")} FROM pg_namespace WHERE {NotOfServer}", []);
}
