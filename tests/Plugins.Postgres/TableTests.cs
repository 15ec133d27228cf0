using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.Postgres.Tests;

public sealed class TableTests(PostgresServer server)
{
    private const string Type = "Database::Table";

    [Theory]
    [InlineData("int", "bigint", "7")]
    [InlineData("int", "int8", "7")]
    [InlineData("smallint", "numeric", "7")]
    [InlineData("int", "double precision", "7")]
    [InlineData("varchar(10)", "varchar(20)", "'seven'")]
    [InlineData("varchar(10)", "text", "'seven'")]
    [InlineData("numeric(6,2)", "decimal(10,4)", "7.25")]
    [InlineData("date", "timestamp", "'2026-11-21'")]
    [InlineData("timestamp(3)", "timestamp", "'2026-11-21 12:00'")]
    public async Task A_type_that_holds_more_is_taken_in_place_and_the_rows_stay(string from, string to, string value)
    {
        await using var bench = new Bench(server);
        var (database, id) = await MakeAsync(bench, Columns(("a", from)));
        await bench.ExecuteAsync($"INSERT INTO public.t VALUES ({value})", database);

        var changed = Bench.Succeeded(await bench.ChangeAsync(Type, id, Table(database, Columns(("a", to)))));

        Assert.Equal(to, changed.Properties!.Value.GetProperty("Columns")[0].GetProperty("Type").GetString());
        Assert.Equal("True", await bench.ScalarAsync($"SELECT a = {value} FROM public.t", database));
    }

    [Theory]
    [InlineData("bigint", "int")]
    [InlineData("bigint", "double precision")]
    [InlineData("numeric", "double precision")]
    [InlineData("text", "varchar(3)")]
    [InlineData("varchar(20)", "varchar(10)")]
    [InlineData("numeric(10,4)", "numeric(10,2)")]
    [InlineData("timestamp", "timestamp(0)")]
    [InlineData("timestamp", "date")]
    [InlineData("text", "int")]
    [InlineData("int", "oid")]
    [InlineData("int[]", "bigint[]")]
    public async Task A_type_that_could_lose_values_is_refused_and_nothing_is_changed(string from, string to)
    {
        await using var bench = new Bench(server);
        var (database, id) = await MakeAsync(bench, Columns(("a", from)));

        Bench.Refused(await bench.ChangeAsync(Type, id, Table(database, Columns(("a", to), ("b", "int")))), ProblemCodes.NotUpdatable, "Columns[a].Type");

        Assert.Equal("1", await bench.ScalarAsync("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 't'", database));
    }

    [Fact]
    public async Task A_column_goes_only_when_the_document_says_that_it_may()
    {
        await using var bench = new Bench(server);
        var (database, id) = await MakeAsync(bench, Columns(("a", "int"), ("b", "text"), ("c", "text")));
        await bench.ExecuteAsync("INSERT INTO public.t VALUES (1, 'kept', 'gone')", database);

        Bench.Refused(await bench.ChangeAsync(Type, id, Table(database, Columns(("a", "int")))), ProblemCodes.NotUpdatable, "'b'");
        Assert.Equal("kept", await bench.ScalarAsync("SELECT b FROM public.t", database));

        // The consent to one is none to another, however long it stands.
        var table = Table(database, Columns(("a", "int")));
        table["DropColumns"] = new JsonArray("c");
        Bench.Refused(await bench.ChangeAsync(Type, id, table), ProblemCodes.NotUpdatable, "'b'");
        table = Table(database, Columns(("a", "int"), ("b", "text")));
        table["DropColumns"] = new JsonArray("c");
        Bench.Succeeded(await bench.ChangeAsync(Type, id, table));
        Assert.Equal("kept", await bench.ScalarAsync("SELECT b FROM public.t", database));
        Assert.Equal("2", await bench.ScalarAsync("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 't'", database));
    }

    [Fact]
    public async Task A_change_that_fails_in_the_middle_leaves_nothing_behind()
    {
        await using var bench = new Bench(server);
        var (database, id) = await MakeAsync(bench, Columns(("a", "int")));
        await bench.ExecuteAsync("INSERT INTO public.t VALUES (1), (1), (NULL)", database);
        var table = Table(database, Columns(("a", "bigint"), ("b", "int")));
        table["Unique"] = new JsonArray(new JsonObject { ["Name"] = "once", ["Columns"] = new JsonArray("a") });

        Bench.Refused(await bench.ChangeAsync(Type, id, table), ProblemCodes.InvalidRequest, "23505");

        Assert.Equal("integer", await bench.ScalarAsync("SELECT string_agg(data_type, ',') FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 't'", database));
    }

    [Fact]
    public async Task Another_process_reads_the_table_in_the_words_it_was_written_in()
    {
        await using var bench = new Bench(server);
        var table = Table(await bench.MakeDatabaseAsync(), new JsonArray(
            new JsonObject { ["Name"] = "id", ["Type"] = "int8", ["Identity"] = "ByDefault" },
            new JsonObject { ["Name"] = "s", ["Type"] = "varchar(5) []", ["Default"] = "'{}'" },
            new JsonObject { ["Name"] = "at", ["Type"] = "timestamp with time zone", ["Default"] = "CURRENT_TIMESTAMP" },
            new JsonObject { ["Name"] = "twice", ["Type"] = "int8", ["Generated"] = "id*2" }));
        table["PrimaryKey"] = new JsonObject { ["Columns"] = new JsonArray("id") };
        table["Checks"] = new JsonArray(new JsonObject { ["Name"] = "some", ["Expression"] = "id>0 and s<>'{a}'" });
        table["Indexes"] = new JsonArray(new JsonObject { ["Name"] = "one", ["Columns"] = new JsonArray("(id+1)", "at desc"), ["Where"] = "id in (1,2)", ["Unique"] = false });
        var made = await bench.MakeAsync(Type, table);

        await using var other = new Bench(server);
        var read = Bench.Succeeded(await other.ReadAsync(Type, made.NativeId!, Bench.Json(table)));
        Assert.True(JsonElement.DeepEquals(made.Properties!.Value, read.Properties!.Value), read.Properties.Value.ToString());
        Assert.All(table.Where(field => field.Key != "PrimaryKey"), field => Assert.True(JsonElement.DeepEquals(Bench.Json(field.Value!), read.Properties.Value.GetProperty(field.Key)), $"{field.Key}: {read.Properties}"));

        // Who knows nothing of it sees what the server says.
        var plain = Bench.Succeeded(await other.ReadAsync(Type, made.NativeId!)).Properties!.Value;
        Assert.Equal("character varying(5)[]", plain.GetProperty("Columns")[1].GetProperty("Type").GetString());
        Assert.Equal("(id * 2)", plain.GetProperty("Columns")[3].GetProperty("Generated").GetString());

        // And what it sees, written as a document, means the same.
        var again = Bench.Succeeded(await other.ChangeAsync(Type, made.NativeId!, plain));
        Assert.True(JsonElement.DeepEquals(plain, again.Properties!.Value), again.Properties.Value.ToString());
    }

    [Fact]
    public async Task An_update_that_comes_again_to_another_process_is_no_drift()
    {
        await using var bench = new Bench(server);
        var (database, id) = await MakeAsync(bench, Columns(("a", "int")));
        var before = Bench.Succeeded(await bench.ReadAsync(Type, id)).Properties!.Value;
        var update = Requests.Update($"Postgres::{Type}", id, Bench.Json(Table(database, Columns(("a", "int8"), ("b", "varchar(3)")))), before);
        Bench.Succeeded(await bench.Harness.ExecuteAsync(update, TestContext.Current.CancellationToken));

        await using var other = new Bench(server);
        Bench.Succeeded(await other.Harness.ExecuteAsync(update, TestContext.Current.CancellationToken));

        await bench.ExecuteAsync("ALTER TABLE public.t ADD COLUMN c int", database);
        Assert.Equal(OperationStatus.Drifted, (await other.Harness.ExecuteAsync(update, TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task Keys_between_tables_come_and_go_in_the_right_order()
    {
        await using var bench = new Bench(server);
        var (database, id) = await MakeAsync(bench, Columns(("a", "int")));
        var child = Table(database, Columns(("a", "int"), ("b", "int")));
        child["Name"] = "child";
        child["ForeignKeys"] = new JsonArray(new JsonObject { ["Name"] = "parent", ["Columns"] = new JsonArray("a"), ["ReferencedTable"] = "t", ["ReferencedColumns"] = new JsonArray("a"), ["OnDelete"] = "Cascade" });
        Bench.Refused(await bench.TryMakeAsync(Type, child), ProblemCodes.InvalidRequest, "42830");

        var keyed = Table(database, Columns(("a", "int")));
        keyed["PrimaryKey"] = new JsonObject { ["Columns"] = new JsonArray("a"), ["Name"] = "own name" };
        Bench.Succeeded(await bench.ChangeAsync(Type, id, keyed));
        var made = await bench.MakeAsync(Type, child);
        Bench.Refused(await bench.RemoveAsync(Type, id), ProblemCodes.ResourceConflict, "2BP01");

        child["ForeignKeys"]![0]!["OnDelete"] = "SetNull";
        Bench.Succeeded(await bench.ChangeAsync(Type, made.NativeId!, child));
        Assert.Equal("n", await bench.ScalarAsync("SELECT confdeltype FROM pg_constraint WHERE conname = 'parent'", database));
        Bench.Succeeded(await bench.RemoveAsync(Type, made.NativeId!));
        Bench.Succeeded(await bench.RemoveAsync(Type, id));
    }

    [Fact]
    public async Task What_no_type_can_be_is_refused_with_its_path()
    {
        await using var bench = new Bench(server);
        var database = await bench.MakeDatabaseAsync();

        Bench.Refused(await bench.TryMakeAsync(Type, Table(database, Columns(("a", "serial")))), ProblemCodes.InvalidRequest, "'Columns[a].Type'");
        Bench.Refused(await bench.TryMakeAsync(Type, Table(database, Columns(("a", "int"), ("a", "int")))), ProblemCodes.InvalidRequest, "'Columns[a]' is there twice");
    }

    private static async Task<(string Database, string Id)> MakeAsync(Bench bench, JsonArray columns)
    {
        var database = await bench.MakeDatabaseAsync();
        return (database, (await bench.MakeAsync(Type, Table(database, columns))).NativeId!);
    }

    private static JsonObject Table(string database, JsonArray columns) => new() { ["Database"] = database, ["Schema"] = "public", ["Name"] = "t", ["Columns"] = columns };

    private static JsonArray Columns(params (string Name, string Type)[] columns) => [.. columns.Select(column => new JsonObject { ["Name"] = column.Name, ["Type"] = column.Type })];
}
