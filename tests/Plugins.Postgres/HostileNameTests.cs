using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Servers;

namespace Formae.Plugins.Postgres.Tests;

/// <summary>Whatever a name or a text has in it, it is a name or a text.</summary>
public sealed class HostileNameTests(PostgresServer server)
{
    private const string Hostile = "x\"; DROP TABLE canary; --'\\/%";
    private const string Text = "it's \\'; DROP TABLE canary; -- $$ \"\n";

    [Fact]
    public async Task Hostile_names_and_texts_are_only_names_and_texts()
    {
        await using var bench = new Bench(server);
        await bench.ExecuteAsync("CREATE TABLE IF NOT EXISTS public.canary ()");
        var name = $"{Bench.Unique("h")} {Hostile}";

        var role = await bench.MakeAsync("Server::Role", new { Name = name, Comment = Text, Password = Text, Settings = new Dictionary<string, string> { ["application_name"] = Text, ["search_path"] = "\"a\"\"; b\", c" } });
        Bench.Succeeded(await bench.ChangeAsync("Server::Role", role.NativeId!, new { Name = name, Comment = Text + Text, Password = Text, Login = true }));
        var database = await bench.MakeAsync("Server::Database", new { Name = name, Owner = name, Comment = Text, Settings = new Dictionary<string, string> { ["application_name"] = Text } });
        await bench.ExecuteAsync("CREATE TABLE public.canary ()", name);
        var schema = await bench.MakeAsync("Database::Schema", new { Database = name, Name = Hostile, Owner = name, Comment = Text });
        var table = await bench.MakeAsync("Database::Table", new
        {
            Database = name,
            Schema = Hostile,
            Name = Hostile,
            Owner = name,
            Comment = Text,
            Columns = new[] { new { Name = Hostile, Type = "text", Default = "E'\\'; DROP TABLE canary; --'", Comment = Text } },
            PrimaryKey = new { Name = Hostile + "p", Columns = new[] { Hostile } },
            Checks = new[] { new { Name = Hostile + "c", Expression = "'--' <> ';'" } },
            Indexes = new[] { new { Name = Hostile + "i", Columns = new[] { $"lower(\"{Hostile.Replace("\"", "\"\"", StringComparison.Ordinal)}\")" } } },
            ForeignKeys = new[] { new { Name = Hostile + "f", Columns = new[] { Hostile }, ReferencedTable = Hostile, ReferencedColumns = new[] { Hostile } } },
        });
        var grant = await bench.MakeAsync("Database::Grant", new { Role = "public", Database = name, On = "Table", Schema = Hostile, Object = Hostile, Privileges = new[] { "SELECT" } });

        foreach (var (made, type) in new[] { (role, "Server::Role"), (database, "Server::Database"), (schema, "Database::Schema"), (table, "Database::Table"), (grant, "Database::Grant") })
        {
            var read = Bench.Succeeded(await bench.ReadAsync(type, made.NativeId!, made.Properties));
            Assert.Equal(made.Properties?.TryGetProperty("Comment", out var comment) is true && type != "Server::Role" ? comment.GetString() : null, type == "Server::Role" ? null : read.Properties!.Value.TryGetProperty("Comment", out var found) ? found.GetString() : null);
        }

        foreach (var (made, type) in new[] { (grant, "Database::Grant"), (table, "Database::Table"), (schema, "Database::Schema") })
            Bench.Succeeded(await bench.RemoveAsync(type, made.NativeId!));
        Assert.Equal("canary", await bench.ScalarAsync("SELECT to_regclass('public.canary')::text", name));
        Assert.Equal("canary", await bench.ScalarAsync("SELECT to_regclass('public.canary')::text"));
        Bench.Succeeded(await bench.RemoveAsync("Server::Database", database.NativeId!));
        Bench.Succeeded(await bench.RemoveAsync("Server::Role", role.NativeId!));
    }

    [Theory]
    [InlineData("int); DROP TABLE canary; --", null)]
    [InlineData("int, evil int", null)]
    [InlineData("int -- rest", null)]
    [InlineData("int DEFAULT 1", null)]
    [InlineData("int NOT NULL", null)]
    [InlineData("int", "1); DROP TABLE canary; --")]
    [InlineData("int", "1) CHECK (true")]
    [InlineData("int", "'")]
    [InlineData("int", "$1")]
    public async Task A_type_or_an_expression_that_is_more_than_one_is_refused(string type, string? value)
    {
        await using var bench = new Bench(server);
        var column = new JsonObject { ["Name"] = "a", ["Type"] = type };
        if (value is not null)
            column["Default"] = value;

        var report = await bench.TryMakeAsync("Database::Table", new JsonObject { ["Database"] = "postgres", ["Schema"] = "public", ["Name"] = "evil", ["Columns"] = new JsonArray(column) });

        Assert.Equal(ProblemCodes.InvalidRequest, report.Problem?.Code);
        Assert.Equal("", await bench.ScalarAsync("SELECT to_regclass('public.evil')::text"));
    }

    [Theory]
    [InlineData("SELECT; DROP TABLE canary")]
    [InlineData("select")]
    [InlineData("ALL")]
    public async Task Only_privileges_that_are_known_pass(string privilege)
    {
        await using var bench = new Bench(server);

        Bench.Refused(
            await bench.TryMakeAsync("Database::Grant", new { Role = server.Username, Database = "postgres", On = "AllTablesInSchema", Schema = "pg_catalog", Privileges = new[] { privilege } }),
            ProblemCodes.InvalidRequest,
            "'Privileges'");
    }

    [Fact]
    public async Task A_setting_must_have_the_name_of_one()
    {
        await using var bench = new Bench(server);

        Bench.Refused(
            await bench.TryMakeAsync("Server::Role", new { Name = Bench.Unique("r"), Settings = new Dictionary<string, string> { ["a TO 1; DROP TABLE canary; --"] = "x" } }), ProblemCodes.InvalidRequest, "'Settings.");
    }
}
