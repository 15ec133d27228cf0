using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using Npgsql;

namespace Formae.Plugins.Postgres.Tests;

public sealed class RoleTests(PostgresServer server)
{
    private const string Type = "Server::Role";

    [Theory]
    [InlineData("plain-and-simple")]
    [InlineData("grüße 'n \"q\\uotes\"; --")]
    public async Task A_password_works_and_neither_the_server_nor_a_report_ever_has_it(string password)
    {
        await using var bench = new Bench(server);
        var name = Bench.Unique("login");
        var request = Requests.Create($"Postgres::{Type}", new { Name = name, Login = true, Password = bench.Harness.Seal.Seal(JsonSerializer.SerializeToElement(password)) });
        var made = Bench.Succeeded(await bench.Harness.ExecuteAsync(request, TestContext.Current.CancellationToken));

        await ConnectAsync(bench.ConnectionString("postgres", name, password));
        await Assert.ThrowsAsync<PostgresException>(() => ConnectAsync(bench.ConnectionString("postgres", name, password + "x")));

        var other = password + "-2";
        var changed = Bench.Succeeded(await bench.ChangeAsync(Type, name, new { Name = name, Login = true, Password = bench.Harness.Seal.Seal(JsonSerializer.SerializeToElement(other)) }));
        await ConnectAsync(bench.ConnectionString("postgres", name, other));

        // Left out it stays.
        Bench.Succeeded(await bench.ChangeAsync(Type, name, new { Name = name, Login = true, ConnectionLimit = 3 }));
        await ConnectAsync(bench.ConnectionString("postgres", name, other));

        Assert.All([made, changed], report => Assert.DoesNotContain(password, JsonSerializer.Serialize(report), StringComparison.Ordinal));
        Assert.Contains("CREATE ROLE", server.Log, StringComparison.Ordinal);
        Assert.Contains("PASSWORD 'SCRAM-SHA-256$", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(password, server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(password.Replace("'", "''", StringComparison.Ordinal), server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_left_out_is_the_default_and_a_change_of_it_by_somebody_else_is_seen_and_undone()
    {
        await using var bench = new Bench(server);
        var name = Bench.Unique("plain");
        var made = await bench.MakeAsync(Type, new { Name = name });
        Assert.Equal($$"""{"Name":"{{name}}"}""", made.Properties.ToString());

        await bench.ExecuteAsync($"ALTER ROLE \"{name}\" SUPERUSER CONNECTION LIMIT 7 VALID UNTIL '2030-01-31 12:00+01'");
        var seen = Bench.Succeeded(await bench.ReadAsync(Type, name, made.Properties)).Properties!.Value;
        Assert.Equal((true, 7, "2030-01-31T11:00:00Z"), (seen.GetProperty("Superuser").GetBoolean(), seen.GetProperty("ConnectionLimit").GetInt32(), seen.GetProperty("ValidUntil").GetString()));

        Assert.Equal($$"""{"Name":"{{name}}"}""", Bench.Succeeded(await bench.ChangeAsync(Type, name, new { Name = name })).Properties.ToString());
        Assert.Equal("False", await bench.ScalarAsync($"SELECT rolsuper FROM pg_roles WHERE rolname = '{name}'"));
    }

    [Fact]
    public async Task The_same_setting_in_other_words_is_the_same()
    {
        await using var bench = new Bench(server);
        var name = Bench.Unique("set");
        var settings = new Dictionary<string, string> { ["search_path"] = "Shop,\"$user\",\"Odd\"\"One\"", ["timezone"] = "UTC", ["statement_timeout"] = "5s" };
        var made = await bench.MakeAsync(Type, new { Name = name, Settings = settings });

        Assert.True(JsonElement.DeepEquals(Bench.Json(settings), made.Properties!.Value.GetProperty("Settings")), made.Properties.ToString());
        Assert.Equal("""{"search_path=shop, \"$user\", \"Odd\"\"One\"",TimeZone=UTC,statement_timeout=5s}""", await bench.ScalarAsync($"SELECT setconfig::text FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole WHERE rolname = '{name}'"));
        Assert.Equal(ProblemCodes.InvalidRequest, (await bench.TryMakeAsync(Type, new { Name = name + "x", ValidUntil = "tomorrow" })).Problem?.Code);
    }

    [Fact]
    public async Task An_object_of_somebody_else_is_never_taken_over_and_its_comment_stays()
    {
        await using var bench = new Bench(server);
        var name = Bench.Unique("theirs");
        await bench.ExecuteAsync($"CREATE ROLE \"{name}\"");
        await bench.ExecuteAsync($"COMMENT ON ROLE \"{name}\" IS 'Somebody made it.'");
        var request = Requests.Create($"Postgres::{Type}", new { Name = name, Comment = "Somebody made it." });

        Bench.Refused(await bench.Harness.ExecuteAsync(request, TestContext.Current.CancellationToken), ProblemCodes.AlreadyExists, name);
        Bench.Refused(await bench.Harness.ExecuteAsync(request with { Doubt = Doubt.Unheard }, TestContext.Current.CancellationToken), ProblemCodes.AlreadyExists, name);

        Assert.Equal("Somebody made it.", await bench.ScalarAsync($"SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = '{name}'"));
    }

    [Fact]
    public async Task A_mark_tells_an_own_create_in_any_process_and_a_comment_changes_beside_it()
    {
        await using var bench = new Bench(server);
        var name = Bench.Unique("ours");
        var create = Requests.Create($"Postgres::{Type}", new { Name = name, Comment = "first" });
        Bench.Succeeded(await bench.Harness.ExecuteAsync(create, TestContext.Current.CancellationToken));
        Bench.Succeeded(await bench.ChangeAsync(Type, name, new { Name = name, Comment = "second" }));

        Assert.Matches(@"^second\n\[formae [0-9a-f]{16}\]$", await bench.ScalarAsync($"SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = '{name}'"));
        await using var other = new Bench(server);
        var again = Bench.Succeeded(await other.Harness.ExecuteAsync(create, TestContext.Current.CancellationToken));
        Assert.Equal("second", again.Properties!.Value.GetProperty("Comment").GetString());
        Bench.Refused(await other.TryMakeAsync(Type, new { Name = name, Comment = "second" }), ProblemCodes.AlreadyExists, name);
    }

    [Fact]
    public async Task A_role_that_owns_something_stays_until_that_is_gone()
    {
        await using var bench = new Bench(server);
        var role = (await bench.MakeAsync(Type, new { Name = Bench.Unique("owner") })).NativeId!;
        var database = (await bench.MakeAsync("Server::Database", new { Name = Bench.Unique("owned"), Owner = role })).NativeId!;

        Bench.Refused(await bench.RemoveAsync(Type, role), ProblemCodes.ResourceConflict, "2BP01");
        Bench.Succeeded(await bench.RemoveAsync("Server::Database", database));
        Bench.Succeeded(await bench.RemoveAsync(Type, role));
    }

    private static async Task ConnectAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
    }
}
