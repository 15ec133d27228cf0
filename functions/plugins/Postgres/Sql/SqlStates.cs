using System.Security.Authentication;
using Formae.Model;
using Npgsql;

namespace Formae.Plugins.Postgres;

/// <summary>What each SQLSTATE means to formae. A row of two characters is a whole class, and counts where the state has no row of its own.</summary>
internal static class SqlStates
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<SqlStateRow> Rows { get; } =
    [
        new("08", ProblemCodes.NetworkFailure, "the connection broke, or was not made"),
        new("0A", ProblemCodes.InvalidRequest, "this server cannot do it"),
        new("0L", ProblemCodes.InvalidRequest, "who grants may not grant"),
        new("0P", ProblemCodes.InvalidRequest, "no such role can be meant"),
        new("22", ProblemCodes.InvalidRequest, "a value does not fit"),
        new("23", ProblemCodes.InvalidRequest, "rows that are there do not fit"),
        new("25006", ProblemCodes.NotStabilized, "the server is read-only, as a standby is until it takes over") { RetryAfter = Pause },
        new("25", ProblemCodes.InternalFailure, "a transaction is not in the state that it should be in"),
        new("28", ProblemCodes.InvalidCredentials, "user name or password is wrong, or this user may not log in from here"),
        new("28P01", ProblemCodes.InvalidCredentials, "the password is wrong"),
        new("2BP01", ProblemCodes.ResourceConflict, "other objects depend on it"),
        new("3D000", ProblemCodes.NotFound, "there is no such database"),
        new("3F000", ProblemCodes.NotFound, "there is no such schema"),
        new("40001", ProblemCodes.ResourceConflict, "another transaction was faster"),
        new("40P01", ProblemCodes.ResourceConflict, "two transactions waited for each other"),
        new("40", ProblemCodes.ServiceInternalError, "the transaction was rolled back"),
        new("42501", ProblemCodes.AccessDenied, "the user may not do this"),
        new("42704", ProblemCodes.NotFound, "there is no such object"),
        new("42P01", ProblemCodes.NotFound, "there is no such table"),
        new("42710", ProblemCodes.AlreadyExists, "there is such an object"),
        new("42723", ProblemCodes.AlreadyExists, "there is such a function"),
        new("42P04", ProblemCodes.AlreadyExists, "there is such a database"),
        new("42P06", ProblemCodes.AlreadyExists, "there is such a schema"),
        new("42P07", ProblemCodes.AlreadyExists, "there is such a table or index"),
        new("42", ProblemCodes.InvalidRequest, "the statement is wrong, or names what is not there"),
        new("53300", ProblemCodes.Throttling, "the server has no connection left") { RetryAfter = Pause },
        new("53", ProblemCodes.ServiceLimitExceeded, "the server's memory or disk is full"),
        new("54", ProblemCodes.ServiceLimitExceeded, "larger than PostgreSQL allows"),
        new("55006", ProblemCodes.ResourceConflict, "somebody uses it") { RetryAfter = Moment },
        new("55P03", ProblemCodes.ResourceConflict, "somebody holds a lock on it") { RetryAfter = Moment },
        new("55", ProblemCodes.InvalidRequest, "the object is not in a state that allows it"),
        new("57014", ProblemCodes.ServiceTimeout, "the statement took too long and was canceled"),
        new("57P03", ProblemCodes.NotStabilized, "the server starts, or shuts down") { RetryAfter = Moment },
        new("57P04", ProblemCodes.NotStabilized, "the database was dropped meanwhile: who asks again sees what is left") { RetryAfter = Moment },
        new("57", ProblemCodes.ServiceInternalError, "an operator, or the server's end, broke it off"),
        new("58", ProblemCodes.ServiceInternalError, "the server's machine has a problem"),
        new("F0", ProblemCodes.ServiceInternalError, "the server's configuration has a problem"),
        new("P0", ProblemCodes.GeneralServiceException, "a trigger or function in the database refused it"),
        new("XX", ProblemCodes.ServiceInternalError, "the server has a problem, such as two changes of one object at once"),
    ];

    /// <summary>The row of a state: of itself, or else of its class; null when nothing is known of it.</summary>
    public static SqlStateRow? Find(string state) =>
        Rows.FirstOrDefault(row => row.State == state) ?? Rows.FirstOrDefault(row => row.State.Length == 2 && state.StartsWith(row.State, StringComparison.Ordinal));

    public static Problem ProblemOf(PostgresException error)
    {
        // Two creates at once meet in the catalog's index; anywhere else the rows of a table are in the way.
        if (error is { SqlState: PostgresErrorCodes.UniqueViolation, SchemaName: "pg_catalog" })
            return new Problem { Code = ProblemCodes.AlreadyExists, Message = TextOf(error) };
        return Find(error.SqlState) is { } row
            ? new Problem { Code = row.Code, Message = TextOf(error), RetryAfter = row.RetryAfter }
            : new Problem { Code = ProblemCodes.GeneralServiceException, Message = TextOf(error) };
    }

    /// <summary>What the driver says when there was no answer.</summary>
    public static Problem ProblemOf(NpgsqlException error) => error switch
    {
        PostgresException answered => ProblemOf(answered),
        { InnerException: AuthenticationException } => new Problem { Code = ProblemCodes.InvalidCredentials, Message = $"PostgreSQL: the connection cannot be made safe: {error.InnerException.Message}" },
        { InnerException: TimeoutException } => new Problem { Code = ProblemCodes.ServiceTimeout, Message = $"PostgreSQL: {error.Message}" },
        { IsTransient: true } or { InnerException: IOException or System.Net.Sockets.SocketException } => new Problem { Code = ProblemCodes.NetworkFailure, Message = $"PostgreSQL: {error.Message}" },
        _ => new Problem { Code = ProblemCodes.InvalidCredentials, Message = $"PostgreSQL: {error.Message}" },
    };

    // The server's detail is left out: it quotes rows.
    private static string TextOf(PostgresException error) => $"PostgreSQL: {error.MessageText} ({error.SqlState})";
}

/// <param name="State">A SQLSTATE, or the first two characters of a class.</param>
/// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Meaning">In words.</param>
internal sealed record SqlStateRow(string State, string Code, string Meaning)
{
    public TimeSpan? RetryAfter { get; init; }
}
