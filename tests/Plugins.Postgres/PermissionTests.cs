using Formae.Model;
using Formae.Servers;

namespace Formae.Plugins.Postgres.Tests;

/// <summary>Who is no superuser, as nobody is on a server that a cloud runs.</summary>
public sealed class PermissionTests(PostgresServer server)
{
    [Fact]
    public async Task Who_may_create_databases_and_roles_can_manage_everything_in_them()
    {
        await using var root = new Bench(server);
        var admin = Bench.Unique("admin");
        await root.ExecuteAsync($"CREATE ROLE \"{admin}\" LOGIN CREATEDB CREATEROLE PASSWORD 'for-tests'");
        await using var bench = new Bench(server, new { server.Host, server.Port, Username = admin, Password = "for-tests" });

        var (role, member, name) = (Bench.Unique("role"), Bench.Unique("member"), Bench.Unique("db"));
        await bench.MakeAsync("Server::Role", new { Name = role, Login = true, Password = "secret", Comment = "c", ConnectionLimit = 4 });
        Bench.Succeeded(await bench.ChangeAsync("Server::Role", role, new { Name = role, CreateDatabase = true, Settings = new Dictionary<string, string> { ["search_path"] = "a, b" } }));
        await bench.MakeAsync("Server::Role", new { Name = member });
        var membership = await bench.MakeAsync("Server::Membership", new { Role = role, Member = member });
        await bench.MakeAsync("Server::Database", new { Name = name, Comment = "c", ConnectionLimit = 9 });
        await bench.MakeAsync("Database::Schema", new { Database = name, Name = "s", Comment = "c" });
        var extension = await bench.MakeAsync("Database::Extension", new { Database = name, Name = "hstore", Schema = "s" });
        var table = await bench.MakeAsync("Database::Table", new { Database = name, Schema = "s", Name = "t", Columns = new[] { new { Name = "a", Type = "int" } } });
        Bench.Succeeded(await bench.ChangeAsync("Database::Table", table.NativeId!, new { Database = name, Schema = "s", Name = "t", Columns = new[] { new { Name = "a", Type = "int8" } } }));
        var grant = await bench.MakeAsync("Database::Grant", new { Role = role, Database = name, On = "Table", Schema = "s", Object = "t", Privileges = new[] { "SELECT" } });

        Bench.Refused(await bench.TryMakeAsync("Server::Role", new { Name = Bench.Unique("root"), Superuser = true }), ProblemCodes.AccessDenied, "42501");
        Bench.Refused(await bench.TryMakeAsync("Database::Schema", new { Database = "postgres", Name = "theirs" }), ProblemCodes.AccessDenied, "42501");

        foreach (var (type, id) in new[] { ("Database::Grant", grant.NativeId!), ("Database::Table", table.NativeId!), ("Database::Extension", extension.NativeId!), ("Database::Schema", $"{name}/s"), ("Server::Database", name), ("Server::Membership", membership.NativeId!), ("Server::Role", member), ("Server::Role", role) })
            Bench.Succeeded(await bench.RemoveAsync(type, id));
    }

    [Fact]
    public async Task A_membership_has_the_options_that_the_server_knows()
    {
        await using var bench = new Bench(server);
        var (role, member) = ((await bench.MakeAsync("Server::Role", new { Name = Bench.Unique("role") })).NativeId!, (await bench.MakeAsync("Server::Role", new { Name = Bench.Unique("member") })).NativeId!);
        var wanted = new { Role = role, Member = member, Admin = true, Inherit = false, Set = true };
        if (int.Parse((await bench.ScalarAsync("SHOW server_version_num"))!, System.Globalization.CultureInfo.InvariantCulture) < 160000)
        {
            Bench.Refused(await bench.TryMakeAsync("Server::Membership", wanted), ProblemCodes.InvalidRequest, "PostgreSQL 16");
            return;
        }

        var made = await bench.MakeAsync("Server::Membership", wanted);
        Assert.False(made.Properties!.Value.GetProperty("Inherit").GetBoolean());
        var changed = Bench.Succeeded(await bench.ChangeAsync("Server::Membership", made.NativeId!, new { Role = role, Member = member, Inherit = true, Set = false })).Properties!.Value;
        Assert.Equal((false, true, false), (changed.TryGetProperty("Admin", out _), changed.GetProperty("Inherit").GetBoolean(), changed.GetProperty("Set").GetBoolean()));
        Bench.Succeeded(await bench.RemoveAsync("Server::Membership", made.NativeId!));
    }
}
