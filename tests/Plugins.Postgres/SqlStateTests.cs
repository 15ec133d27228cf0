using Formae.Model;
using Formae.Servers;
using Npgsql;

namespace Formae.Plugins.Postgres.Tests;

public sealed class SqlStateTests
{
    public static TheoryData<string, string, bool, int?> Table => new()
    {
        { "08000", ProblemCodes.NetworkFailure, true, null },
        { "08006", ProblemCodes.NetworkFailure, true, null },
        { "0A000", ProblemCodes.InvalidRequest, false, null },
        { "0LP01", ProblemCodes.InvalidRequest, false, null },
        { "0P000", ProblemCodes.InvalidRequest, false, null },
        { "22001", ProblemCodes.InvalidRequest, false, null },
        { "23502", ProblemCodes.InvalidRequest, false, null },
        { "25001", ProblemCodes.InternalFailure, true, null },
        { "25006", ProblemCodes.NotStabilized, true, 5 },
        { "28000", ProblemCodes.InvalidCredentials, false, null },
        { "28P01", ProblemCodes.InvalidCredentials, false, null },
        { "2BP01", ProblemCodes.ResourceConflict, true, null },
        { "3D000", ProblemCodes.NotFound, true, null },
        { "3F000", ProblemCodes.NotFound, true, null },
        { "40001", ProblemCodes.ResourceConflict, true, null },
        { "40P01", ProblemCodes.ResourceConflict, true, null },
        { "40003", ProblemCodes.ServiceInternalError, true, null },
        { "42501", ProblemCodes.AccessDenied, false, null },
        { "42704", ProblemCodes.NotFound, true, null },
        { "42P01", ProblemCodes.NotFound, true, null },
        { "42710", ProblemCodes.AlreadyExists, false, null },
        { "42723", ProblemCodes.AlreadyExists, false, null },
        { "42P04", ProblemCodes.AlreadyExists, false, null },
        { "42P06", ProblemCodes.AlreadyExists, false, null },
        { "42P07", ProblemCodes.AlreadyExists, false, null },
        { "42601", ProblemCodes.InvalidRequest, false, null },
        { "53300", ProblemCodes.Throttling, true, 5 },
        { "53100", ProblemCodes.ServiceLimitExceeded, false, null },
        { "54011", ProblemCodes.ServiceLimitExceeded, false, null },
        { "55006", ProblemCodes.ResourceConflict, true, 1 },
        { "55P03", ProblemCodes.ResourceConflict, true, 1 },
        { "55000", ProblemCodes.InvalidRequest, false, null },
        { "57014", ProblemCodes.ServiceTimeout, true, null },
        { "57P03", ProblemCodes.NotStabilized, true, 1 },
        { "57P04", ProblemCodes.NotStabilized, true, 1 },
        { "57P01", ProblemCodes.ServiceInternalError, true, null },
        { "58030", ProblemCodes.ServiceInternalError, true, null },
        { "F0000", ProblemCodes.ServiceInternalError, true, null },
        { "P0001", ProblemCodes.GeneralServiceException, false, null },
        { "XX000", ProblemCodes.ServiceInternalError, true, null },

        // Nothing is known of these.
        { "72000", ProblemCodes.GeneralServiceException, false, null },
        { "?", ProblemCodes.GeneralServiceException, false, null },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_state_becomes_a_code(string state, string code, bool isRecoverable, int? retryAfterSeconds)
    {
        var problem = SqlStates.ProblemOf(new PostgresException("what happened", "ERROR", "ERROR", state, detail: "Key (email)=(someone) exists."));

        Assert.Equal((code, isRecoverable, retryAfterSeconds), (problem.Code, problem.IsRecoverable, (int?)problem.RetryAfter?.TotalSeconds));
        Assert.Equal($"PostgreSQL: what happened ({state})", problem.Message);
    }

    [Fact]
    public void The_test_walks_every_row_and_every_row_has_a_code_that_is_known()
    {
        var walked = Table.Select(row => SqlStates.Find(row.Data.Item1)).OfType<SqlStateRow>().ToHashSet();

        Assert.Empty(SqlStates.Rows.Except(walked));
        Assert.All(SqlStates.Rows, row => Assert.Contains(row.Code, ProblemCodes.All));
        Assert.Equal(SqlStates.Rows.Count, SqlStates.Rows.Select(row => row.State).Distinct().Count());
    }

    [Fact]
    public void The_readme_tells_every_row()
    {
        var told = File.ReadLines(Path.Combine(Repository.Root, "functions", "plugins", "Postgres", "README.md"))
            .Select(line => line.Split('|'))
            .Where(cells => cells.Length == 5 && cells[2].Trim().Trim('`') is var code && ProblemCodes.All.Contains(code))
            .SelectMany(cells => cells[1].Split(',').Select(state => (State: state.Trim(), Code: cells[2].Trim().Trim('`'), Again: cells[3].Trim())))
            .ToList();

        Assert.All(SqlStates.Rows, row => Assert.Contains((row.State, row.Code, row.RetryAfter is { } pause ? $"after {pause.TotalSeconds:0} s" : ProblemCodes.IsRecoverable(row.Code) ? "yes" : "no"), told));
    }

    [Fact]
    public void Two_creates_that_meet_in_the_catalog_are_one_too_many_and_rows_that_are_there_twice_are_a_mistake()
    {
        Assert.Equal(ProblemCodes.AlreadyExists, SqlStates.ProblemOf(new PostgresException("duplicate key", "ERROR", "ERROR", "23505", schemaName: "pg_catalog")).Code);
        Assert.Equal(ProblemCodes.InvalidRequest, SqlStates.ProblemOf(new PostgresException("duplicate key", "ERROR", "ERROR", "23505", schemaName: "public")).Code);
    }

    [Fact]
    public void What_the_driver_says_without_an_answer_is_told_apart()
    {
        Assert.Equal(ProblemCodes.NetworkFailure, SqlStates.ProblemOf(new NpgsqlException("gone", new IOException())).Code);
        Assert.Equal(ProblemCodes.ServiceTimeout, SqlStates.ProblemOf(new NpgsqlException("late", new TimeoutException())).Code);
        Assert.Equal(ProblemCodes.InvalidCredentials, SqlStates.ProblemOf(new NpgsqlException("no", new System.Security.Authentication.AuthenticationException("untrusted"))).Code);
        Assert.Equal(ProblemCodes.InvalidCredentials, SqlStates.ProblemOf(new NpgsqlException("No password has been provided")).Code);
    }
}
