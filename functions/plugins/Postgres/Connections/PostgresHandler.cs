using Formae.Model;
using Formae.Sdk;
using Npgsql;

namespace Formae.Plugins.Postgres;

/// <param name="Properties">The object as documents write it.</param>
/// <param name="Mark">Which create of ours has made it, where that is known.</param>
internal sealed record Live<T>(T Properties, string? Mark = null);

/// <summary>
/// What all types share: a call looks first and then does what is missing, so that a message may come twice. What PostgreSQL refuses becomes an answer here.
/// </summary>
internal abstract class PostgresHandler<T>(PostgresConnections connections) : IResourceHandler<T>, IListable<T>, IFindExisting<T>
    where T : class
{
    protected static readonly string TypeName = ((ResourceTypeAttribute)Attribute.GetCustomAttribute(typeof(T), typeof(ResourceTypeAttribute))!).Name;

    protected PostgresConnections Connections { get; } = connections;

    /// <summary>How many names a native id has.</summary>
    protected abstract int NameCount { get; }

    public abstract Task<CreateResult<T>> CreateAsync(CreateRequest<T> request, CancellationToken cancellationToken);

    public Task<FindResult<T>> FindExistingAsync(CreateRequest<T> request, CancellationToken cancellationToken) => AnswerAsync<FindResult<T>>(
        async () =>
        {
            await using var session = await OpenAsync(request, NamesOf(request.Desired), cancellationToken).ConfigureAwait(false);
            var names = await ResolveAsync(session, NamesOf(request.Desired)).ConfigureAwait(false);
            return await FindAsync(session, names, request.Desired).ConfigureAwait(false) is { } there && IsOwnInDoubt(there, OwnMark.Of(request.OperationId))
                ? new FindResult<T>.Found(NativeId.Of(names), there.Properties)
                : new FindResult<T>.NotThere();
        },
        problem => problem.Code == ProblemCodes.NotFound ? new FindResult<T>.NotThere() : problem);

    public Task<ReadResult<T>> ReadAsync(ReadRequest<T> request, CancellationToken cancellationToken) => AnswerAsync<ReadResult<T>>(
        async () =>
        {
            var names = NamesIn(request.NativeId);
            await using var session = await OpenAsync(request, names, cancellationToken).ConfigureAwait(false);
            return await FindAsync(session, names, request.Prior).ConfigureAwait(false) is { } found ? new ReadResult<T>.Success(found.Properties) : Gone(names);
        },
        problem => problem);

    public Task<UpdateResult<T>> UpdateAsync(UpdateRequest<T> request, CancellationToken cancellationToken) => AnswerAsync<UpdateResult<T>>(
        async () =>
        {
            var names = NamesIn(request.NativeId);
            await using var session = await OpenAsync(request, names, cancellationToken).ConfigureAwait(false);
            await session.LockAsync(LockOf(names)).ConfigureAwait(false);
            if (await FindToChangeAsync(session, names, request.Desired).ConfigureAwait(false) is not { } there)
                return Gone(names);
            await ChangeAsync(session, names, request.Desired, there).ConfigureAwait(false);
            var changed = await FindAsync(session, names, request.Desired).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"{TypeName} '{NativeId.Of(names)}' was changed and is not to be found.");
            await session.CommitAsync().ConfigureAwait(false);
            return new UpdateResult<T>.Success(changed.Properties);
        },
        problem => problem);

    public abstract Task<DeleteResult> DeleteAsync(DeleteRequest<T> request, CancellationToken cancellationToken);

    public Task<ListResult> ListAsync(ListRequest<T> request, CancellationToken cancellationToken) => AnswerAsync<ListResult>(
        async () =>
        {
            var found = new List<string>();
            foreach (var (database, after) in await PlacesAsync(request, cancellationToken).ConfigureAwait(false))
            {
                await using var session = await Connections.OpenAsync(request, database, cancellationToken).ConfigureAwait(false);
                await session.BeginAsync().ConfigureAwait(false);
                var (sql, parameters) = Listing(request);
                found.AddRange(await session.AllAsync(
                    $"""SELECT id FROM ({sql}) AS ids (id) WHERE $1::text IS NULL OR id COLLATE "C" > $1 ORDER BY id COLLATE "C" LIMIT $2""",
                    row => row.GetString(0),
                    [after, request.PageSize - found.Count, .. parameters]).ConfigureAwait(false));
                if (found.Count == request.PageSize)
                    return new ListResult.Success(found, found[^1]);
            }

            return new ListResult.Success(found);
        },
        problem => problem);

    /// <summary>The names that a document gives.</summary>
    protected abstract string[] NamesOf(T desired);

    /// <summary>The names in a native id.</summary>
    protected virtual string[] NamesIn(string nativeId) => NativeId.Names(nativeId, NameCount);

    /// <summary>The same as the server would write them.</summary>
    protected virtual Task<string[]> ResolveAsync(Session session, string[] names) => Task.FromResult(names);

    /// <summary>Whether the type belongs to the server as a whole; otherwise the first name of an object is its database.</summary>
    protected virtual bool IsOfServer => false;

    /// <summary>Where names without a schema are looked for.</summary>
    protected virtual IEnumerable<string> SchemasOf(string[] names) => [];

    /// <summary>What two calls must not work on at the same time.</summary>
    protected virtual string LockOf(string[] names) => $"{TypeName} {NativeId.Of(names)}";

    /// <param name="session">Where to look.</param>
    /// <param name="names">What to look for.</param>
    /// <param name="form">The object as it was written, or is about to be: what means the same is shown in the same words.</param>
    protected abstract Task<Live<T>?> FindAsync(Session session, string[] names, T? form);

    /// <summary>The same for an update, which was told already that the object exists.</summary>
    protected virtual Task<Live<T>?> FindToChangeAsync(Session session, string[] names, T desired) => FindAsync(session, names, desired);

    protected abstract Task ChangeAsync(Session session, string[] names, T desired, Live<T> live);

    /// <summary>A query for native ids, in the database that is connected to. Its own parameters begin with $3.</summary>
    protected abstract (string Sql, object?[] Parameters) Listing(ListRequest<T> request);

    protected virtual bool IsOwn(Live<T> there, string mark) => there.Mark == mark;

    /// <summary>The same, where this create is known to have been tried before.</summary>
    protected virtual bool IsOwnInDoubt(Live<T> there, string mark) => IsOwn(there, mark);

    protected static Problem Gone(string[] names) => Problems.NotFound($"{TypeName} '{NativeId.Of(names)}' does not exist.");

    protected static Problem Exists(string[] names) => Problems.AlreadyExists($"{TypeName} '{NativeId.Of(names)}' exists already, and this create has not made it.");

    protected static async Task<TResult> AnswerAsync<TResult>(Func<Task<TResult>> work, Func<Problem, TResult> refused)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (RefusedException no)
        {
            return refused(no.Problem);
        }
        catch (NpgsqlException no)
        {
            return refused(SqlStates.ProblemOf(no));
        }
    }

    protected async Task<Session> OpenAsync(OperationContext request, string[] names, CancellationToken cancellationToken)
    {
        var database = IsOfServer ? null : names[0];
        for (var isFirst = true; ; isFirst = false)
        {
            var session = await Connections.OpenAsync(request, database, cancellationToken).ConfigureAwait(false);
            try
            {
                await session.BeginAsync(SchemasOf(names)).ConfigureAwait(false);
                return session;
            }
            catch (NpgsqlException broken) when (isFirst && (broken is { IsTransient: true } or PostgresException { SqlState: PostgresErrorCodes.AdminShutdown }))
            {
                // The connection has lain in its pool and broke there. Nothing was done on it.
                Connections.LetGo(session.Target, session.Database);
                await session.DisposeAsync().ConfigureAwait(false);
            }
            catch
            {
                await session.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>The databases to list in, and where to go on in each. Without a parent that are all of them.</summary>
    private async Task<IReadOnlyList<(string? Database, string? After)>> PlacesAsync(ListRequest<T> request, CancellationToken cancellationToken)
    {
        if (IsOfServer)
            return [(null, request.PageToken)];
        if (request.Parameters.GetValueOrDefault("Database") is { } parent)
            return [(parent, request.PageToken)];
        var begun = request.PageToken is { } token ? NamesIn(token)[0] : null;
        await using var session = await Connections.OpenAsync(request, database: null, cancellationToken).ConfigureAwait(false);
        await session.BeginAsync().ConfigureAwait(false);
        var databases = await session.AllAsync(
            """
            SELECT datname::text FROM pg_database
            WHERE datallowconn AND NOT datistemplate AND has_database_privilege(oid, 'CONNECT') AND ($1::text IS NULL OR datname::text COLLATE "C" >= $1) ORDER BY datname::text COLLATE "C"
            """,
            row => row.GetString(0),
            begun).ConfigureAwait(false);
        return [.. databases.Select(name => ((string?)name, name == begun ? request.PageToken : null))];
    }
}
