using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;

namespace Formae.Cli.Tests.Schemas;

public sealed class SchemaVerbTests
{
    [Fact]
    public async Task The_schema_is_printed_or_written_as_the_server_gives_it()
    {
        using var run = new TestRun();
        await using var server = (await FakeServer.StartAsync()).On("GET schemas/forma.json", "{\"title\":\"Forma\"}\n");
        var file = Path.Combine(run.Folder, "editor", "forma.json");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "schema"));
        Assert.Equal("{\"title\":\"Forma\"}\n", run.Out);
        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "schema", "-o", file));
        Assert.Equal("{\"title\":\"Forma\"}\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_module_is_written_for_each_plugin()
    {
        using var run = new TestRun();
        await using var server = (await FakeServer.StartAsync())
            .On("GET plugins", """{"plugins":[{"name":"fakeaws","namespace":"FakeAWS"}]}""")
            .On("GET schemas/formae.pkl", "open module formae")
            .On("GET schemas/FakeAWS.pkl", "module FakeAws");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "schema", "pkl", "-d", Path.Combine(run.Folder, "pkl")));
        Assert.Equal(["FakeAWS.pkl", "formae.pkl"], Directory.EnumerateFiles(Path.Combine(run.Folder, "pkl")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
