using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using Npgsql;

namespace Formae.Plugins.Postgres.Tests;

public sealed class DatabaseTests(PostgresServer server)
{
    private const string Type = "Server::Database";

    [Fact]
    public async Task A_create_goes_on_with_what_one_that_died_has_left()
    {
        await using var bench = new Bench(server);
        var name = Bench.Unique("resumed");
        var create = Requests.Create($"Postgres::{Type}", new { Name = name, Comment = "whole" });
        await bench.ExecuteAsync($"CREATE DATABASE \"formae_{OwnMark.Of(create.OperationId)}\"");
        await bench.ExecuteAsync("CREATE TABLE left_behind ()", $"formae_{OwnMark.Of(create.OperationId)}");

        Bench.Succeeded(await bench.Harness.ExecuteAsync(create with { Doubt = Doubt.Unheard }, TestContext.Current.CancellationToken));

        Assert.Equal("left_behind", await bench.ScalarAsync("SELECT to_regclass('left_behind')::text", name));
        Assert.Equal("0", await bench.ScalarAsync($"SELECT count(*) FROM pg_database WHERE datname = 'formae_{OwnMark.Of(create.OperationId)}'"));
    }

    [Fact]
    public async Task A_create_that_fails_leaves_no_database()
    {
        await using var bench = new Bench(server);
        var create = Requests.Create($"Postgres::{Type}", new { Name = Bench.Unique("failed"), Settings = new Dictionary<string, string> { ["no_such_setting"] = "1" } });

        Assert.Equal(OperationStatus.Failure, (await bench.Harness.ExecuteAsync(create, TestContext.Current.CancellationToken)).Status);

        Assert.Equal("0", await bench.ScalarAsync($"SELECT count(*) FROM pg_database WHERE datname = 'formae_{OwnMark.Of(create.OperationId)}'"));
    }

    [Fact]
    public async Task Two_deliveries_at_once_make_one_database()
    {
        await using var bench = new Bench(server);
        await using var other = new Bench(server);
        var create = Requests.Create($"Postgres::{Type}", new { Name = Bench.Unique("twice") });

        var reports = await Task.WhenAll(new[] { bench, other }.Select(one => Task.Run(() => UntilDoneAsync(one, create))));

        Assert.All(reports, report => Bench.Succeeded(report));
        Assert.Equal("0", await bench.ScalarAsync($"SELECT count(*) FROM pg_database WHERE datname = 'formae_{OwnMark.Of(create.OperationId)}'"));
    }

    [Fact]
    public async Task A_database_that_somebody_uses_stays_and_our_own_connections_are_in_nobodys_way()
    {
        await using var bench = new Bench(server);
        await using var other = new Bench(server);
        var name = await bench.MakeDatabaseAsync("used");
        await bench.MakeAsync("Database::Schema", new { Database = name, Name = "s" });
        Bench.Succeeded(await other.ReadAsync("Database::Schema", $"{name}/s"));

        await using (var user = new NpgsqlConnection(bench.ConnectionString(name)))
        {
            await user.OpenAsync(TestContext.Current.CancellationToken);
            Bench.Refused(await bench.RemoveAsync(Type, name), ProblemCodes.ResourceConflict, "in use by others: 1 sessions");
        }

        // Who has gone is seen for a moment longer.
        Bench.Succeeded(await other.ReadAsync("Database::Schema", $"{name}/s"));
        Bench.Succeeded(await UntilDoneAsync(bench, Requests.Delete($"Postgres::{Type}", name)));
        Assert.Equal(ProblemCodes.NotFound, (await other.ReadAsync("Database::Schema", $"{name}/s")).Problem?.Code);
    }

    [Fact]
    public async Task An_encoding_is_taken_from_another_template_and_shown_as_it_was_written()
    {
        await using var bench = new Bench(server);
        var made = (await bench.MakeAsync(Type, new { Name = Bench.Unique("latin"), Encoding = "utf-8", Collate = "C", CharacterType = "C", Template = "template0" })).Properties!.Value;

        Assert.Equal(("utf-8", "C", server.Username), (made.GetProperty("Encoding").GetString(), made.GetProperty("Collate").GetString(), made.GetProperty("Owner").GetString()));
        Assert.False(made.TryGetProperty("Template", out _));
    }

    // What is busy answers so, and the control plane begins anew.
    private static async Task<OperationReport> UntilDoneAsync(Bench bench, OperationRequest request)
    {
        for (var attempt = 1; ; attempt++)
        {
            var report = await bench.Harness.ExecuteAsync(request with { Attempt = attempt }, TestContext.Current.CancellationToken);
            if (report.Problem is not { IsRecoverable: true } || attempt == 200)
                return report;
        }
    }
}
