using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Formae.Plugins.Postgres.Tests;

public sealed class ConnectionTests(PostgresServer server)
{
    [Fact]
    public async Task A_wrong_password_is_a_problem_that_does_not_repeat_it()
    {
        await using var bench = new Bench(server, new { server.Host, server.Port, server.Username, Password = "not-the-password" });

        var report = await bench.ReadAsync("Server::Role", "anybody");

        Bench.Refused(report, ProblemCodes.InvalidCredentials, "28P01");
        Assert.DoesNotContain("not-the-password", JsonSerializer.Serialize(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_failure_of_the_network()
    {
        await using var bench = new Bench(server, new { Host = "127.0.0.1", Port = 1, Username = "x" });

        Assert.Equal(ProblemCodes.NetworkFailure, (await bench.ReadAsync("Server::Role", "anybody")).Problem?.Code);
    }

    [Fact]
    public async Task Where_the_targets_own_database_is_missing_nothing_is_said_to_be_gone()
    {
        await using var bench = new Bench(server, new { server.Host, server.Port, server.Username, server.Password, Database = "no-such-database" });

        Bench.Refused(await bench.ReadAsync("Server::Role", server.Username), ProblemCodes.InvalidRequest, "'no-such-database'");
        Bench.Refused(await bench.RemoveAsync("Server::Role", "anybody"), ProblemCodes.InvalidRequest, "'no-such-database'");
        Bench.Refused(await bench.RemoveAsync("Server::Database", "postgres"), ProblemCodes.InvalidRequest, "'no-such-database'");
    }

    [Fact]
    public async Task A_database_that_is_not_there_has_nothing_in_it()
    {
        await using var bench = new Bench(server);

        Assert.Equal(ProblemCodes.NotFound, (await bench.ReadAsync("Database::Schema", "no-such-database/s")).Problem?.Code);
        Bench.Succeeded(await bench.RemoveAsync("Database::Schema", "no-such-database/s"));
    }

    [Fact]
    public async Task A_deadline_ends_a_statement_that_waits_for_somebody_and_the_next_one_finds_nothing_half_done()
    {
        await using var bench = new Bench(server);
        var name = (await bench.MakeAsync("Server::Role", new { Name = Bench.Unique("locked") })).NativeId!;
        await using var holder = new NpgsqlConnection(bench.ConnectionString("postgres"));
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using (var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using (var hold = new NpgsqlCommand($"ALTER ROLE \"{name}\" CONNECTION LIMIT 9", holder, transaction))
                await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            var update = Requests.Update("Postgres::Server::Role", name, new { Name = name, Login = true, ConnectionLimit = 4 }) with { Timeout = TimeSpan.FromSeconds(1) };
            var report = await bench.Harness.ExecuteAsync(update, TestContext.Current.CancellationToken);

            // Whoever holds it holds it still: nothing else has ended the statement.
            Assert.Equal((OperationStatus.Failure, "Update of Postgres::Server::Role was not done within 1 s."), (report.Status, report.Problem?.Message));
            Assert.Equal("0", await WaitingAsync());
            await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("-1", await bench.ScalarAsync($"SELECT rolconnlimit FROM pg_roles WHERE rolname = '{name}'"));
        Assert.Equal("0", await WaitingAsync());

        Task<string?> WaitingAsync() => bench.ScalarAsync($"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'formae-postgres' AND state <> 'idle' AND query LIKE '%{name}%'");
    }

    [Fact]
    public async Task The_targets_limits_end_what_takes_too_long()
    {
        await using var bench = new Bench(server, new { server.Host, server.Port, server.Username, server.Password, LockTimeoutSeconds = 1, StatementTimeoutSeconds = 20 });
        var database = await bench.MakeDatabaseAsync();
        await bench.ExecuteAsync("CREATE TABLE t (a int)", database);
        await using var holder = new NpgsqlConnection(bench.ConnectionString(database));
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand("LOCK TABLE t", holder, transaction);
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        Bench.Refused(
            await bench.ChangeAsync("Database::Table", $"{database}/public/t", new { Database = database, Schema = "public", Name = "t", Columns = new[] { new { Name = "a", Type = "bigint" } } }), ProblemCodes.ResourceConflict, "55P03");
    }

    [Fact]
    public async Task Many_calls_at_once_share_few_connections_that_say_whose_they_are()
    {
        await using var bench = new Bench(server);
        var database = await bench.MakeDatabaseAsync("pool");

        var reports = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => bench.ReadAsync("Database::Schema", $"{database}/public")));

        Assert.All(reports, report => Bench.Succeeded(report));
        Assert.InRange(int.Parse((await bench.ScalarAsync($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND application_name = 'formae-postgres'"))!, System.Globalization.CultureInfo.InvariantCulture), 1, 8);
    }

    [Fact]
    public async Task Pools_do_not_grow_with_the_number_of_databases()
    {
        await using var bench = new Bench(server);
        for (var number = 0; number < 50; number++)
            await bench.ReadAsync("Database::Schema", $"no-such-database-{number}/s");

        Assert.Equal(32, bench.Harness.Services.GetRequiredService<PostgresConnections>().Count);
    }

    [Fact]
    public void What_the_target_leaves_out_comes_from_the_settings()
    {
        var settings = Settings(("PGHOST", "db.test"), ("PGPORT", "6000"), ("PGUSER", "admin"), ("PGPASSWORD", "secret"), ("PGDATABASE", "main"), ("PGSSLMODE", "verify-full"));

        var all = new NpgsqlConnectionStringBuilder(ConnectionSettings.Of(new PostgresTarget(), settings).ConnectionString("x"));
        Assert.Equal(("db.test", 6000, "admin", "secret", SslMode.VerifyFull), (all.Host, all.Port, all.Username, all.Password, all.SslMode));
        Assert.Equal("main", ConnectionSettings.Of(new PostgresTarget(), settings).Maintenance);
    }

    [Theory]
    [InlineData("evil.test", null, null)]
    [InlineData(null, 6001, null)]
    [InlineData("db.test", 6001, "admin")]
    [InlineData(null, null, "other")]
    public void The_password_of_the_settings_goes_to_their_host_port_and_user_only(string? host, int? port, string? user)
    {
        var settings = Settings(("PGHOST", "db.test"), ("PGUSER", "admin"), ("PGPASSWORD", "secret"));

        Assert.Equal("", Connection(new PostgresTarget { Host = host, Port = port, Username = user }, settings).Password ?? "");
        Assert.Equal("secret", Connection(new PostgresTarget { Host = "db.test", Port = 5432, Username = "admin" }, settings).Password);
        Assert.Equal("", Connection(new PostgresTarget { Username = "admin" }, Settings(("PGHOST", "db.test"), ("PGPASSWORD", "secret"))).Password ?? "");
        Assert.DoesNotContain("secret", ConnectionSettings.Of(new PostgresTarget(), settings).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify-full", SslMode.Disable, SslMode.VerifyFull)]
    [InlineData("require", SslMode.VerifyFull, SslMode.VerifyFull)]
    [InlineData("disable", SslMode.Require, SslMode.Require)]
    [InlineData("disable", null, SslMode.Disable)]
    [InlineData("", SslMode.Disable, SslMode.Prefer)]
    public void A_document_makes_the_way_of_the_settings_password_no_less_safe(string least, SslMode? asked, SslMode used)
    {
        var settings = Settings(("PGHOST", "db.test"), ("PGUSER", "admin"), ("PGPASSWORD", "secret"), ("PGSSLMODE", least));

        Assert.Equal(used, Connection(new PostgresTarget { SslMode = asked }, settings).SslMode);
        Assert.Equal(SslMode.Disable, Connection(new PostgresTarget { SslMode = SslMode.Disable, Password = "its own" }, settings).SslMode);
    }

    [Theory]
    [InlineData("{}", "Host")]
    [InlineData("""{"Host":"h"}""", "Username")]
    [InlineData("""{"Host":"h","Username":"u","SslMode":"Perhaps"}""", "SslMode")]
    [InlineData("""{"Host":"h","Username":"u","LockTimeoutSeconds":0}""", "LockTimeoutSeconds")]
    [InlineData("""{"Host":"h","Username":"u","SslMod":"VerifyFull"}""", "'SslMod', which is unknown; known are Host, ")]
    public async Task A_config_that_does_not_say_how_to_connect_is_refused(string config, string named)
    {
        await using var harness = PluginHarness.Start("Postgres", PostgresPlugin.Define);
        harness.TargetConfig = JsonElement.Parse(config);

        Bench.Refused(await harness.ExecuteAsync(Requests.Read("Postgres::Server::Role", "r"), TestContext.Current.CancellationToken), ProblemCodes.InvalidRequest, named);
    }

    private static NpgsqlConnectionStringBuilder Connection(PostgresTarget target, IConfiguration settings) => new(ConnectionSettings.Of(target, settings).ConnectionString("x"));

    private static IConfiguration Settings(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
}
