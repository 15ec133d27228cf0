using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.Postgres.Tests;

/// <summary>The server has done it, and its answer is lost: the operation begins anew, in doubt, and finds its own work.</summary>
public sealed class LostAnswerTests(PostgresServer server)
{
    [Theory]
    [InlineData("Server::Role", """{"Name":"NAME","Comment":"c"}""", "COMMIT\0")]
    [InlineData("Server::Database", """{"Name":"NAME","Comment":"c"}""", "CREATE DATABASE")]
    [InlineData("Server::Database", """{"Name":"NAME","Comment":"c"}""", "COMMIT\0")]
    [InlineData("Database::Schema", """{"Database":"postgres","Name":"NAME"}""", "COMMIT\0")]
    [InlineData("Database::Table", """{"Database":"postgres","Schema":"public","Name":"NAME","Columns":[{"Name":"a","Type":"int","Default":"'1'"}]}""", "COMMIT\0")]
    [InlineData("Database::Grant", """{"Role":"pg_monitor","Database":"postgres","On":"Schema","Schema":"NAME","Privileges":["USAGE"]}""", "COMMIT\0")]
    [InlineData("Server::Membership", """{"Role":"pg_monitor","Member":"NAME"}""", "COMMIT\0")]
    public async Task A_create_whose_answer_is_lost_finds_its_own_object(string type, string properties, string lost)
    {
        await using var proxy = new CuttingProxy(server.Port);
        await using var bench = new Bench(server, new { server.Host, proxy.Port, server.Username, server.Password, SslMode = "Disable" });
        var name = Bench.Unique("lost");
        if (type == "Database::Grant")
            await bench.ExecuteAsync($"CREATE SCHEMA \"{name}\"");
        if (type == "Server::Membership")
            await bench.ExecuteAsync($"CREATE ROLE \"{name}\"");
        var create = Requests.Create($"Postgres::{type}", properties.Replace("NAME", name, StringComparison.Ordinal));

        proxy.CutAfter(lost);
        var first = await bench.Harness.ExecuteAsync(create, TestContext.Current.CancellationToken);
        Assert.True(proxy.HasCut);
        Assert.Equal((OperationStatus.Failure, true, true), (first.Status, first.Problem?.IsRecoverable, first.Problem?.LeavesDoubt));

        // Another process takes it up.
        await using var other = new Bench(server);
        var again = Bench.Succeeded(await other.Harness.ExecuteAsync(create with { Attempt = 2, Doubt = Doubt.Unheard }, TestContext.Current.CancellationToken));
        Assert.Contains(name, again.NativeId!, StringComparison.Ordinal);
        Bench.Succeeded(await other.RemoveAsync(type, again.NativeId!));
    }

    [Fact]
    public async Task A_connection_that_broke_before_anything_was_done_on_it_is_replaced()
    {
        await using var proxy = new CuttingProxy(server.Port);
        await using var bench = new Bench(server, new { server.Host, proxy.Port, server.Username, server.Password, SslMode = "Disable" });

        proxy.CutAfter("BEGIN\0");

        Assert.Equal(ProblemCodes.NotFound, (await bench.ReadAsync("Server::Role", "nobody-at-all")).Problem?.Code);
        Assert.True(proxy.HasCut);
    }
}
