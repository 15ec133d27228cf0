using System.Globalization;
using Formae.Sdk;
using Npgsql;

namespace Formae.Plugins.Postgres;

/// <summary>
/// No transaction may hold the making of a database. So it is made under a name that only this create uses, and gets its mark, its settings and its real name in one transaction: what is there under the real name
/// is whole, and what a process that died has left under the other one the next delivery goes on with.
/// </summary>
internal sealed class DatabaseHandler(PostgresConnections connections) : PostgresHandler<Database>(connections)
{
    private const string BeingMade = "formae_";

    protected override int NameCount => 1;

    protected override bool IsOfServer => true;

    public override Task<CreateResult<Database>> CreateAsync(CreateRequest<Database> request, CancellationToken cancellationToken) => AnswerAsync<CreateResult<Database>>(
        async () =>
        {
            var names = NamesOf(request.Desired);
            var name = Quoted.Name(request.Desired.Name);
            var mark = OwnMark.Of(request.OperationId);
            var temporary = BeingMade + mark;
            await using var session = await Connections.OpenAsync(request, database: null, cancellationToken).ConfigureAwait(false);
            await session.WithoutTransactionAsync().ConfigureAwait(false);
            if (await FindAsync(session, names, request.Desired).ConfigureAwait(false) is { } there)
                return there.Mark == mark ? new CreateResult<Database>.Success(NativeId.Of(names), there.Properties) : Exists(names);
            if (await FindAsync(session, [temporary], null).ConfigureAwait(false) is null && await CopyAsync(session, temporary, request.Desired).ConfigureAwait(false) is { } busy)
                return busy;
            try
            {
                await session.BeginAsync().ConfigureAwait(false);
                await FinishAsync(session, temporary, name, request.Desired, mark).ConfigureAwait(false);
                await session.CommitAsync().ConfigureAwait(false);
            }
            catch (PostgresException) when (session.IsOpen)
            {
                // Perhaps nobody will go on with it; who does begins anew.
                await session.RollbackAsync().ConfigureAwait(false);
                await session.ExecuteAsync($"DROP DATABASE IF EXISTS {Quoted.Name(temporary)}").ConfigureAwait(false);

                // Another delivery of this create has given it its name meanwhile.
                if (await FindAsync(session, names, request.Desired).ConfigureAwait(false) is { } own && own.Mark == mark)
                    return new CreateResult<Database>.Success(NativeId.Of(names), own.Properties);
                throw;
            }

            var made = await FindAsync(session, names, request.Desired).ConfigureAwait(false);
            return made is null ? Gone(names) : new CreateResult<Database>.Success(NativeId.Of(names), made.Properties);
        },
        problem => problem);

    public override Task<DeleteResult> DeleteAsync(DeleteRequest<Database> request, CancellationToken cancellationToken) => AnswerAsync<DeleteResult>(
        async () =>
        {
            var names = NativeId.Names(request.NativeId, NameCount);
            await using var session = await Connections.OpenAsync(request, database: null, cancellationToken).ConfigureAwait(false);
            await session.WithoutTransactionAsync().ConfigureAwait(false);
            if (await FindAsync(session, names, null).ConfigureAwait(false) is null)
                return Gone(names);
            Connections.LetGo(session.Target, names[0]);

            // A database that somebody uses stays. Connections of ours that have nothing to do, here or in another instance of this app, are nobody's use of it.
            const string Idle = "application_name = $2 AND usename = current_user AND state = 'idle'";
            var others = await session.TextAsync($"SELECT nullif(count(*), 0)::text FROM pg_stat_activity WHERE datname = $1 AND NOT coalesce({Idle}, false)", names[0], ConnectionSettings.ApplicationName).ConfigureAwait(false);
            if (others is not null)
                return Problems.ResourceConflict($"The database '{names[0]}' is in use by others: {others} sessions.") with { RetryAfter = TimeSpan.FromSeconds(1) };
            await session.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND {Idle}", names[0], ConnectionSettings.ApplicationName).ConfigureAwait(false);
            await session.ExecuteAsync($"DROP DATABASE {Quoted.Name(names[0])}").ConfigureAwait(false);
            return new DeleteResult.Success();
        },
        problem => problem);

    protected override string[] NamesOf(Database desired) => [desired.Name];

    protected override async Task<Live<Database>?> FindAsync(Session session, string[] names, Database? form)
    {
        var row = await session.JsonAsync(
            """
            SELECT json_build_object(
              'Owner', pg_get_userbyid(datdba), 'Encoding', pg_encoding_to_char(encoding), 'Collate', datcollate, 'CharacterType', datctype, 'ConnectionLimit', datconnlimit,
              'Settings', (SELECT setconfig FROM pg_db_role_setting WHERE setrole = 0 AND setdatabase = d.oid),
              'Comment', shobj_description(oid, 'pg_database'))::text
            FROM pg_database AS d WHERE datname = $1
            """,
            PostgresJson.Default.DatabaseRow,
            names[0]).ConfigureAwait(false);
        if (row is null)
            return null;
        var (comment, mark) = OwnMark.Read(row.Comment);
        return new Live<Database>(
            new Database
            {
                Name = names[0],
                Owner = row.Owner,
                Encoding = string.Equals(form?.Encoding?.Replace("-", "", StringComparison.Ordinal), row.Encoding, StringComparison.OrdinalIgnoreCase) ? form!.Encoding : row.Encoding,
                Collate = row.Collate,
                CharacterType = row.CharacterType,
                ConnectionLimit = Shown.Of(row.ConnectionLimit, -1, form?.ConnectionLimit),
                Settings = SettingList.Of(row.Settings, form?.Settings),
                Comment = Shown.Comment(comment, form?.Comment),
            },
            mark);
    }

    protected override async Task ChangeAsync(Session session, string[] names, Database desired, Live<Database> live)
    {
        var name = Quoted.Name(names[0]);
        if ((desired.ConnectionLimit ?? -1) != (live.Properties.ConnectionLimit ?? -1))
            await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"ALTER DATABASE {name} CONNECTION LIMIT {desired.ConnectionLimit ?? -1}")).ConfigureAwait(false);
        foreach (var setting in SettingList.Changes($"DATABASE {name}", desired.Settings, live.Properties.Settings))
            await session.ExecuteAsync(setting).ConfigureAwait(false);
        if ((desired.Comment ?? "") != (live.Properties.Comment ?? ""))
            await session.ExecuteAsync($"COMMENT ON DATABASE {name} IS {Quoted.TextOrNull(OwnMark.Write(desired.Comment, live.Mark))}").ConfigureAwait(false);
        if (desired.Owner is { } owner && owner != live.Properties.Owner)
            await session.ExecuteAsync($"ALTER DATABASE {name} OWNER TO {Quoted.Name(owner)}").ConfigureAwait(false);
    }

    protected override (string Sql, object?[] Parameters) Listing(ListRequest<Database> request) =>
        ($"SELECT {NativeId.Sql("datname")} FROM pg_database WHERE NOT datistemplate AND datname !~ '^{BeingMade}[0-9a-f]{{16}}$'", []);

    /// <summary>Null, or that another instance is at the same create.</summary>
    private static async Task<Model.Problem?> CopyAsync(Session session, string temporary, Database desired)
    {
        var options = "";
        if (desired.Template is { } template)
            options += $" TEMPLATE {Quoted.Name(template)}";
        if (desired.Encoding is { } encoding)
            options += $" ENCODING {Quoted.Text(encoding)}";
        if (desired.Collate is { } collate)
            options += $" LC_COLLATE {Quoted.Text(collate)}";
        if (desired.CharacterType is { } characterType)
            options += $" LC_CTYPE {Quoted.Text(characterType)}";
        try
        {
            await session.ExecuteAsync($"CREATE DATABASE {Quoted.Name(temporary)}{options}").ConfigureAwait(false);
            return null;
        }
        catch (PostgresException twice) when (twice.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            return Problems.ResourceConflict($"The database '{desired.Name}' is being made by another delivery of this create.");
        }
    }

    private async Task FinishAsync(Session session, string temporary, string name, Database desired, string mark)
    {
        var made = Quoted.Name(temporary);
        await ChangeAsync(session, [temporary], desired with { Owner = null }, new Live<Database>(new Database { Name = temporary }, mark)).ConfigureAwait(false);
        await session.ExecuteAsync($"COMMENT ON DATABASE {made} IS {Quoted.TextOrNull(OwnMark.Write(desired.Comment, mark))}").ConfigureAwait(false);
        await session.ExecuteAsync($"ALTER DATABASE {made} RENAME TO {name}").ConfigureAwait(false);
        if (desired.Owner is { } owner)
            await session.ExecuteAsync($"ALTER DATABASE {name} OWNER TO {Quoted.Name(owner)}").ConfigureAwait(false);
    }
}
