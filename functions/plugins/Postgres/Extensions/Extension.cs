using Formae.Sdk;

namespace Formae.Plugins.Postgres;

[ResourceType("Postgres::Database::Extension", Parent = "Postgres::Server::Database")]
[ParentProperty(nameof(Postgres.Database.Name), nameof(Database))]
[Description("An extension, installed in a database. The server's machine must have it.")]
public sealed record Extension
{
    [CreateOnly]
    public required string Database { get; init; }

    [CreateOnly, Description("Such as pg_trgm.")]
    public required string Name { get; init; }

    [ProviderDefault, Description("Default: the one that the server's machine has as the usual one. Only changes that the extension has a script for are possible.")]
    public string? Version { get; init; }

    [CreateOnly, ProviderDefault, Description("Where its objects are. Default: what the extension says, or else public.")]
    public string? Schema { get; init; }
}

internal sealed record ExtensionRow
{
    public required string Version { get; init; }

    public required string Schema { get; init; }

    public string? Comment { get; init; }
}

internal sealed class ExtensionHandler(PostgresConnections connections) : TransactionalHandler<Extension>(connections)
{
    private const string Found =
        "SELECT json_build_object('Version', extversion, 'Schema', nspname, 'Comment', obj_description(e.oid, 'pg_extension'))::text FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = $1";

    protected override int NameCount => 2;

    protected override string[] NamesOf(Extension desired) => [desired.Database, desired.Name];

    // An extension that does not say where it goes to goes to the first of these.
    protected override IEnumerable<string> SchemasOf(string[] names) => ["public"];

    protected override async Task<Live<Extension>?> FindAsync(Session session, string[] names, Extension? form)
    {
        var row = await session.JsonAsync(Found, PostgresJson.Default.ExtensionRow, names[1]).ConfigureAwait(false);
        return row is null ? null : new Live<Extension>(new Extension { Database = names[0], Name = names[1], Version = row.Version, Schema = row.Schema }, OwnMark.Read(row.Comment).Mark);
    }

    protected override async Task MakeAsync(Session session, string[] names, Extension desired, string mark)
    {
        var name = Quoted.Name(names[1]);
        var options = "";
        if (desired.Schema is { } schema)
            options += $" SCHEMA {Quoted.Name(schema)}";
        if (desired.Version is { } version)
            options += $" VERSION {Quoted.Text(version)}";
        await session.ExecuteAsync($"CREATE EXTENSION {name}{options}").ConfigureAwait(false);

        // It brings a comment with it, which stays.
        var brought = (await session.JsonAsync(Found, PostgresJson.Default.ExtensionRow, names[1]).ConfigureAwait(false))?.Comment;
        await session.ExecuteAsync($"COMMENT ON EXTENSION {name} IS {Quoted.TextOrNull(OwnMark.Write(brought, mark))}").ConfigureAwait(false);
    }

    protected override async Task ChangeAsync(Session session, string[] names, Extension desired, Live<Extension> live)
    {
        if (desired.Version is { } version && version != live.Properties.Version)
            await session.ExecuteAsync($"ALTER EXTENSION {Quoted.Name(names[1])} UPDATE TO {Quoted.Text(version)}").ConfigureAwait(false);
    }

    // What uses its objects is not dropped with it.
    protected override Task RemoveAsync(Session session, string[] names, Extension prior) => session.ExecuteAsync($"DROP EXTENSION {Quoted.Name(names[1])}");

    protected override (string Sql, object?[] Parameters) Listing(ListRequest<Extension> request) =>
        ($"SELECT {NativeId.Sql("current_database()", "extname")} FROM pg_extension", []);
}
