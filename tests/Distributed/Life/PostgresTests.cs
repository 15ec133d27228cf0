using System.Globalization;
using Formae.Servers;
using Npgsql;

namespace Formae.Distributed.Tests;

/// <summary>PostgreSQL as a person uses it: <c>formae up --plugin postgres</c>, the sample, and somebody else at the same database.</summary>
[Collection(OneSystem.Collection)]
public sealed class PostgresTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const string Secret = "planted-password-of-the-shop";

    [Fact]
    public async Task The_sample_is_applied_looked_at_put_right_and_destroyed()
    {
        var (host, port, user, password) = (server.Host, server.Port, server.Username, server.Password);
        using var folder = new TempFolder();
        var data = folder.File("data");
        await using (var plane = await ControlPlane.StartWithAsync(new() { ["FORMAE_AUTH_POSTGRES"] = password, ["FORMAE_SECRET_SHOP_PASSWORD"] = Secret }, data, null, "--plugin", "postgres"))
        {
            string[] sample = [Path.Combine(Repository.Root, "samples", "postgres", "shop.yaml"), "--host", host, "--port", port.ToString(CultureInfo.InvariantCulture), "--user", user, "--yes"];
            Assert.Contains("Success: 12 created", await FormaeAsync(plane, ["apply", .. sample, "--mode", "reconcile"]), StringComparison.Ordinal);
            await ExecuteAsync("formae_shop_web", Secret, "SELECT count(*) FROM customers JOIN orders ON orders.customer = customers.id");
            Assert.Contains("Nothing to do", await FormaeAsync(plane, ["apply", .. sample, "--mode", "reconcile"]), StringComparison.Ordinal);
            Assert.Contains("Success: 0 created, 1 updated", await FormaeAsync(plane, ["apply", .. sample, "--mode", "reconcile", "--limit", "30"]), StringComparison.Ordinal);

            await ExecuteAsync(user, password, "ALTER TABLE sales.orders ALTER COLUMN state SET DEFAULT 'paid'");
            await ExecuteAsync(user, password, "REVOKE INSERT ON sales.orders FROM formae_shop_web");
            Assert.Contains("2 changed", await FormaeAsync(plane, "sync"), StringComparison.Ordinal);
            Assert.Contains("'paid'::character varying", await FormaeAsync(plane, "drift", "shop"), StringComparison.Ordinal);
            Assert.Contains("2 updated", await FormaeAsync(plane, ["apply", .. sample, "--mode", "reconcile", "--limit", "30", "--force"]), StringComparison.Ordinal);
            await ExecuteAsync(user, password, "INSERT INTO sales.customers (email) VALUES ('a@b')");
            await ExecuteAsync("formae_shop_web", Secret, "INSERT INTO orders (customer, amount) VALUES (1, 2)");
            await ExecuteAsync(user, password, "DELETE FROM sales.orders WHERE state = 'new'");
            await ExecuteAsync(user, password, "DELETE FROM sales.customers");

            Assert.Contains("12 deleted", await FormaeAsync(plane, ["destroy", .. sample]), StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, plane.Output, StringComparison.Ordinal);
        }

        Assert.All(Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories), file => Assert.DoesNotContain(Secret, File.ReadAllText(file), StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, server.Log, StringComparison.Ordinal);
    }

    private async Task ExecuteAsync(string user, string password, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder { Host = server.Host, Port = server.Port, Username = user, Password = password, Database = "formae_shop", Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> FormaeAsync(ControlPlane plane, params string[] arguments)
    {
        var (code, output) = await ControlPlane.RunAsync([.. arguments, "--server", plane.Address.ToString()]);
        Assert.True(code == 0, $"formae {string.Join(' ', arguments)}: {output}{Environment.NewLine}{plane.LastLines}");
        return output;
    }
}
