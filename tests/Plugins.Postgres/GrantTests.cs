using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.Postgres.Tests;

public sealed class GrantTests(PostgresServer server)
{
    private const string Type = "Database::Grant";

    [Theory]
    [InlineData("Database", null, null, "CONNECT,CREATE,TEMPORARY", "has_database_privilege(@, current_database(), 'CREATE')")]
    [InlineData("Schema", "s", null, "CREATE,USAGE", "has_schema_privilege(@, 's', 'USAGE')")]
    [InlineData("Table", "s", "a", "DELETE,SELECT", "has_table_privilege(@, 's.a', 'DELETE')")]
    [InlineData("Table", "s", "v", "SELECT", "has_table_privilege(@, 's.v', 'SELECT')")]
    [InlineData("Sequence", "s", "q", "SELECT,USAGE", "has_sequence_privilege(@, 's.q', 'USAGE')")]
    [InlineData("Function", "s", "f(int,text)", "EXECUTE", "has_function_privilege(@, 's.f(int, text)', 'EXECUTE')")]
    [InlineData("Function", "s", "\"Odd f\"()", "EXECUTE", "has_function_privilege(@, 's.\"Odd f\"()', 'EXECUTE')")]
    [InlineData("AllTablesInSchema", "s", null, "INSERT,SELECT", "has_table_privilege(@, 's.b', 'INSERT') AND has_table_privilege(@, 's.v', 'SELECT')")]
    [InlineData("AllSequencesInSchema", "s", null, "UPDATE", "has_sequence_privilege(@, 's.q', 'UPDATE')")]
    [InlineData("AllFunctionsInSchema", "s", null, "EXECUTE", "has_function_privilege(@, 's.f(int, text)', 'EXECUTE')")]
    public async Task Each_kind_is_granted_found_again_and_revoked(string on, string? schema, string? item, string privileges, string check)
    {
        await using var bench = new Bench(server);
        var (database, role) = await PrepareAsync(bench);
        var has = $"SELECT {check.Replace("@", $"'{role}'", StringComparison.Ordinal)}";
        Assert.Equal("False", await bench.ScalarAsync(has, database));

        var made = await bench.MakeAsync(Type, Grant(role, database, on, schema, item, privileges.Split(',')));
        Assert.Equal("True", await bench.ScalarAsync(has, database));
        var read = Bench.Succeeded(await bench.ReadAsync(Type, made.NativeId!, made.Properties)).Properties!.Value;
        Assert.True(JsonElement.DeepEquals(made.Properties!.Value, read), read.ToString());
        Assert.Equal(item, read.TryGetProperty("Object", out var found) ? found.GetString() : null);
        Assert.Equal(privileges.Split(','), read.GetProperty("Privileges").EnumerateArray().Select(one => one.GetString()));

        Bench.Succeeded(await bench.RemoveAsync(Type, made.NativeId!));
        Assert.Equal("False", await bench.ScalarAsync(has, database));
        Assert.Equal(ProblemCodes.NotFound, (await bench.ReadAsync(Type, made.NativeId!)).Problem?.Code);
    }

    [Fact]
    public async Task A_function_has_one_id_however_its_types_are_written()
    {
        await using var bench = new Bench(server);
        var (database, role) = await PrepareAsync(bench);

        var made = await bench.MakeAsync(Type, Grant(role, database, "Function", "s", "f(int4, text)", "EXECUTE"));

        Assert.Equal($"{database}/Function/s/f(integer, text)/{role}", made.NativeId);
        Assert.Equal("f(int4, text)", made.Properties!.Value.GetProperty("Object").GetString());
        Assert.Equal(ProblemCodes.NotFound, (await bench.TryMakeAsync(Type, Grant(role, database, "Function", "s", "f(int)", "EXECUTE"))).Problem?.Code);
    }

    [Fact]
    public async Task Privileges_are_a_set_and_only_what_differs_is_granted_and_revoked()
    {
        await using var bench = new Bench(server);
        var (database, role) = await PrepareAsync(bench);
        var made = await bench.MakeAsync(Type, Grant(role, database, "Table", "s", "a", "SELECT", "INSERT"));

        var changed = Bench.Succeeded(await bench.ChangeAsync(Type, made.NativeId!, new { Role = role, Database = database, On = "Table", Schema = "s", Object = "a", Privileges = new[] { "UPDATE", "SELECT" }, WithGrantOption = new[] { "SELECT" } })).Properties!.Value;
        Assert.Equal(["SELECT", "UPDATE"], changed.GetProperty("Privileges").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal("True", await bench.ScalarAsync($"SELECT has_table_privilege('{role}', 's.a', 'SELECT WITH GRANT OPTION') AND NOT has_table_privilege('{role}', 's.a', 'INSERT')", database));

        Bench.Succeeded(await bench.ChangeAsync(Type, made.NativeId!, Grant(role, database, "Table", "s", "a", "SELECT")));
        Assert.Equal("False", await bench.ScalarAsync($"SELECT has_table_privilege('{role}', 's.a', 'SELECT WITH GRANT OPTION')", database));
    }

    [Fact]
    public async Task A_table_that_lacks_what_all_tables_shall_have_is_seen_and_gets_it()
    {
        await using var bench = new Bench(server);
        var (database, role) = await PrepareAsync(bench);
        var grant = Grant(role, database, "AllTablesInSchema", "s", null, "SELECT", "INSERT");
        var made = await bench.MakeAsync(Type, grant);
        await bench.ExecuteAsync("CREATE TABLE s.later ()", database);
        await bench.ExecuteAsync($"GRANT SELECT ON s.later TO \"{role}\"", database);

        Assert.Equal(["SELECT"], Bench.Succeeded(await bench.ReadAsync(Type, made.NativeId!, made.Properties)).Properties!.Value.GetProperty("Privileges").EnumerateArray().Select(one => one.GetString()));

        Bench.Succeeded(await bench.ChangeAsync(Type, made.NativeId!, grant));
        Assert.Equal("True", await bench.ScalarAsync($"SELECT has_table_privilege('{role}', 's.later', 'INSERT')", database));
    }

    [Fact]
    public async Task All_tables_of_a_schema_that_has_none_are_granted()
    {
        await using var bench = new Bench(server);
        var (database, role) = await PrepareAsync(bench);
        await bench.ExecuteAsync("CREATE SCHEMA empty", database);

        var made = await bench.MakeAsync(Type, Grant(role, database, "AllTablesInSchema", "empty", null, "SELECT"));

        Bench.Succeeded(await bench.ReadAsync(Type, made.NativeId!, made.Properties));
        Bench.Succeeded(await bench.RemoveAsync(Type, made.NativeId!));
    }

    [Fact]
    public async Task What_a_role_has_already_is_somebody_elses_unless_this_create_may_have_granted_it()
    {
        await using var bench = new Bench(server);
        var (database, role) = await PrepareAsync(bench);
        await bench.ExecuteAsync($"GRANT SELECT ON s.a TO \"{role}\"", database);
        var create = Requests.Create($"Postgres::{Type}", Bench.Json(Grant(role, database, "Table", "s", "a", "SELECT")));

        Bench.Refused(await bench.Harness.ExecuteAsync(create, TestContext.Current.CancellationToken), ProblemCodes.AlreadyExists, role);

        // An earlier delivery may have done it, and has asked for the same: nobody can tell the two apart, and nothing would be different.
        Bench.Succeeded(await bench.Harness.ExecuteAsync(create with { Doubt = Doubt.Unheard }, TestContext.Current.CancellationToken));
        var more = Requests.Create($"Postgres::{Type}", Bench.Json(Grant(role, database, "Table", "s", "a", "SELECT", "INSERT")));
        Bench.Refused(await bench.Harness.ExecuteAsync(more with { Doubt = Doubt.Unheard }, TestContext.Current.CancellationToken), ProblemCodes.AlreadyExists, role);
    }

    [Theory]
    [InlineData("Database", null, null, "CONNECT,TEMPORARY", "has_database_privilege(@, current_database(), 'CONNECT')")]
    [InlineData("Schema", "public", null, "USAGE", "has_schema_privilege(@, 'public', 'USAGE')")]
    [InlineData("Function", "s", "g()", "EXECUTE", "has_function_privilege(@, 's.g()', 'EXECUTE')")]
    public async Task What_everybody_may_do_by_default_is_revoked_and_given_back(string on, string? schema, string? item, string usual, string check)
    {
        await using var bench = new Bench(server);
        var (database, role) = await PrepareAsync(bench);
        await bench.ExecuteAsync("CREATE FUNCTION s.g() RETURNS int LANGUAGE sql AS 'SELECT 1'", database);
        var has = $"SELECT {check.Replace("@", $"'{role}'", StringComparison.Ordinal)}";
        var id = string.Join('/', new[] { database, on, schema, item, "public" }.OfType<string>());
        Assert.Equal("True", await bench.ScalarAsync(has, database));
        Assert.Equal(ProblemCodes.NotFound, (await bench.ReadAsync(Type, id)).Problem?.Code);
        Assert.DoesNotContain(id, await bench.AllAsync(Type, new { Database = database }));

        var made = await bench.MakeAsync(Type, Grant("public", database, on, schema, item));
        Assert.Equal(id, made.NativeId);
        Assert.Equal("False", await bench.ScalarAsync(has, database));
        Assert.Empty(PrivilegesOf(made));
        Assert.Empty(PrivilegesOf(Bench.Succeeded(await bench.ReadAsync(Type, id))));
        Assert.Contains(id, await bench.AllAsync(Type, new { Database = database }));

        var granted = Bench.Succeeded(await bench.ChangeAsync(Type, id, Grant("public", database, on, schema, item, usual.Split(','))));
        Assert.Equal(usual.Split(','), PrivilegesOf(granted));
        Assert.Equal(usual.Split(','), PrivilegesOf(Bench.Succeeded(await bench.ReadAsync(Type, id, granted.Properties))));
        Assert.Equal("True", await bench.ScalarAsync(has, database));

        Assert.Empty(PrivilegesOf(Bench.Succeeded(await bench.ChangeAsync(Type, id, Grant("public", database, on, schema, item)))));
        Bench.Succeeded(await bench.RemoveAsync(Type, id));
        Assert.Equal("True", await bench.ScalarAsync(has, database));
        Assert.Equal(ProblemCodes.NotFound, (await bench.ReadAsync(Type, id, made.Properties)).Problem?.Code);
    }

    [Fact]
    public async Task What_everybody_may_do_by_default_is_nobodys_grant_and_can_be_taken_over()
    {
        await using var bench = new Bench(server);
        var (database, role) = await PrepareAsync(bench);

        // Whoever grants to one role turns the default into a list.
        await bench.MakeAsync(Type, Grant(role, database, "Database", null, null, "CREATE"));
        Assert.DoesNotContain($"{database}/Database/public", await bench.AllAsync(Type, new { Database = database }));

        var same = await bench.MakeAsync(Type, Grant("public", database, "Database", null, null, "TEMPORARY", "CONNECT"));
        Assert.Equal(["CONNECT", "TEMPORARY"], PrivilegesOf(same));
        var less = await bench.MakeAsync(Type, Grant("public", database, "Database", null, null, "CONNECT"));
        Assert.Equal(["CONNECT"], PrivilegesOf(less));
        Assert.Equal("False", await bench.ScalarAsync($"SELECT has_database_privilege('{role}', current_database(), 'TEMPORARY')", database));

        await bench.ExecuteAsync($"GRANT TEMPORARY ON DATABASE \"{database}\" TO PUBLIC", database);
        Assert.Equal(ProblemCodes.NotFound, (await bench.ReadAsync(Type, less.NativeId!, less.Properties)).Problem?.Code);
        Assert.Equal(["CONNECT"], PrivilegesOf(await bench.MakeAsync(Type, Grant("public", database, "Database", null, null, "CONNECT"))));
    }

    [Fact]
    public async Task What_somebody_has_granted_to_everybody_or_revoked_stays_his()
    {
        await using var bench = new Bench(server);
        var (database, _) = await PrepareAsync(bench);
        await bench.ExecuteAsync("GRANT SELECT ON s.a TO PUBLIC", database);
        await bench.ExecuteAsync($"GRANT CREATE ON DATABASE \"{database}\" TO PUBLIC", database);

        Bench.Refused(await bench.TryMakeAsync(Type, Grant("public", database, "Table", "s", "a", "SELECT")), ProblemCodes.AlreadyExists, "public");
        foreach (var doubt in new[] { Doubt.None, Doubt.Unheard })
        {
            var none = Requests.Create($"Postgres::{Type}", Bench.Json(Grant("public", database, "Database", null, null))) with { Doubt = doubt };
            Bench.Refused(await bench.Harness.ExecuteAsync(none, TestContext.Current.CancellationToken), ProblemCodes.AlreadyExists, "public");
        }

        // Where everything is revoked there is nothing that could be somebody's.
        await bench.ExecuteAsync($"REVOKE ALL ON DATABASE \"{database}\" FROM PUBLIC", database);
        Assert.Equal(["CONNECT"], PrivilegesOf(await bench.MakeAsync(Type, Grant("public", database, "Database", null, null, "CONNECT"))));
    }

    [Fact]
    public async Task That_everybody_may_do_nothing_with_a_table_can_be_said_and_is_watched()
    {
        await using var bench = new Bench(server);
        var (database, _) = await PrepareAsync(bench);
        var none = Grant("public", database, "Table", "s", "a");

        var made = await bench.MakeAsync(Type, none);
        Assert.Empty(PrivilegesOf(Bench.Succeeded(await bench.ReadAsync(Type, made.NativeId!, made.Properties))));
        await bench.ExecuteAsync("GRANT SELECT ON s.a TO PUBLIC", database);
        Assert.Equal(["SELECT"], PrivilegesOf(Bench.Succeeded(await bench.ReadAsync(Type, made.NativeId!, made.Properties))));
        Assert.Empty(PrivilegesOf(Bench.Succeeded(await bench.ChangeAsync(Type, made.NativeId!, none))));
        Bench.Succeeded(await bench.RemoveAsync(Type, made.NativeId!));

        Assert.Equal(ProblemCodes.NotFound, (await bench.TryMakeAsync(Type, Grant("public", database, "Table", "s", "missing"))).Problem?.Code);
    }

    [Fact]
    public async Task What_others_have_granted_to_everybody_cannot_be_revoked_and_that_is_said()
    {
        await using var bench = new Bench(server);
        var (database, role) = await PrepareAsync(bench);
        await bench.MakeAsync(Type, Grant("public", database, "Table", "s", "a"));
        await bench.ExecuteAsync($"GRANT SELECT ON s.a TO \"{role}\" WITH GRANT OPTION", database);
        await bench.ExecuteAsync($"GRANT USAGE ON SCHEMA s TO \"{role}\"", database);
        await bench.ExecuteAsync($"DO $$ BEGIN SET LOCAL ROLE \"{role}\"; GRANT SELECT ON s.a TO PUBLIC; END $$", database);

        Bench.Refused(await bench.ChangeAsync(Type, $"{database}/Table/s/a/public", Grant("public", database, "Table", "s", "a")), ProblemCodes.ResourceConflict, "SELECT");
        Bench.Refused(await bench.RemoveAsync(Type, $"{database}/Table/s/a/public"), ProblemCodes.ResourceConflict, "SELECT");
    }

    [Fact]
    public async Task What_does_not_fit_the_kind_is_refused()
    {
        await using var bench = new Bench(server);
        Bench.Refused(await bench.TryMakeAsync(Type, Grant("r", "postgres", "Schema", null, null, "USAGE")), ProblemCodes.InvalidRequest, "'Schema'");
        Bench.Refused(await bench.TryMakeAsync(Type, Grant("r", "postgres", "Table", "public", null, "SELECT")), ProblemCodes.InvalidRequest, "'Object'");
        Bench.Refused(await bench.TryMakeAsync(Type, Grant("r", "postgres", "Database", "public", null, "CONNECT")), ProblemCodes.InvalidRequest, "'Schema'");
        Bench.Refused(await bench.TryMakeAsync(Type, Grant("public", "postgres", "Schema", "public", null, "SELECT")), ProblemCodes.InvalidRequest, "'Privileges'");
        Bench.Refused(await bench.TryMakeAsync(Type, Grant("r", "postgres", "Database", null, null)), ProblemCodes.InvalidRequest, "'Privileges'");
        Bench.Refused(await bench.TryMakeAsync(Type, Grant("public", "postgres", "AllFunctionsInSchema", "public", null)), ProblemCodes.InvalidRequest, "'Privileges'");
        Bench.Refused(await bench.ReadAsync(Type, "postgres/Nothing/x"), ProblemCodes.InvalidRequest, "no id of a grant");
    }

    private static IEnumerable<string?> PrivilegesOf(OperationReport report) => report.Properties!.Value.GetProperty("Privileges").EnumerateArray().Select(one => one.GetString());

    private static async Task<(string Database, string Role)> PrepareAsync(Bench bench)
    {
        var database = await bench.MakeDatabaseAsync();
        string[] statements =
        [
            "CREATE SCHEMA s",
            "CREATE TABLE s.a ()",
            "CREATE TABLE s.b ()",
            "CREATE VIEW s.v AS SELECT 1",
            "CREATE SEQUENCE s.q",
            "CREATE FUNCTION s.f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE FUNCTION s.\"Odd f\"() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA s FROM PUBLIC",
        ];
        foreach (var statement in statements)
            await bench.ExecuteAsync(statement, database);
        return (database, (await bench.MakeAsync("Server::Role", new { Name = Bench.Unique("grantee") })).NativeId!);
    }

    private static Dictionary<string, object?> Grant(string role, string database, string on, string? schema, string? item, params string[] privileges)
    {
        var grant = new Dictionary<string, object?> { ["Role"] = role, ["Database"] = database, ["On"] = on, ["Privileges"] = privileges };
        if (schema is not null)
            grant["Schema"] = schema;
        if (item is not null)
            grant["Object"] = item;
        return grant;
    }
}
