using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;

namespace Formae.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("apply|x.json", "--mode")]
    [InlineData("apply|x.json|--mode|both", "both")]
    [InlineData("apply|--mode|patch", "apply")]
    [InlineData("destroy", "--query")]
    [InlineData("destroy|x.json|--query|stack:a", "not both")]
    [InlineData("destroy|x.json|--on-dependents|maybe", "maybe")]
    [InlineData("status|--max-results|0", "1 to 200")]
    [InlineData("status|--max-results|many", "--max-results: 'many' is not a number from 1 to 200.")]
    [InlineData("history|a|--max-results|99999999999", "--max-results: '99999999999' is not a number from 1 to 200.")]
    [InlineData("inventory|resources|--max-results|-1", "--max-results: '-1' is not a number of 1 or more.")]
    [InlineData("validate|x.json|--pkl-timeout|soon", "--pkl-timeout: 'soon' is not a number from 1 to 3600.")]
    [InlineData("up|--port|http", "--port: 'http' is not a number from 0 to 65535.")]
    [InlineData("deadletter|list|--max-results|x", "--max-results: 'x' is not a number from 1 to 200.")]
    [InlineData("deadletter|drop|formae-reports|first", "NUMBER: 'first' is not a number of 0 or more.")]
    [InlineData("apply|x.json|--mode|patch|--force", "--force is for --mode reconcile")]
    [InlineData("rollback|--stack|web|--to|5q", "--to: '5q' is neither")]
    [InlineData("aply|x.json", "Did you mean 'apply'?")]
    [InlineData("status|C1|--query|stack:a", "not both")]
    [InlineData("status|--output|xml", "xml")]
    [InlineData("status|--server|localhost:1", "localhost:1")]
    [InlineData("inventory", "command")]
    [InlineData("inventory|unicorns", "unicorns")]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("", "command")]
    public async Task A_wrong_command_line_ends_with_two_and_says_what_is_wrong(string arguments, string expected)
    {
        using var run = new TestRun();

        var exit = await run.InvokeAsync(arguments.Split('|', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(ExitCode.Usage, exit);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Contains("--help' tells how it is used", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Out);
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("aply|x.json|--mode")]
    [InlineData("inventory|frobnicate")]
    public async Task Of_a_verb_that_does_not_exist_nothing_else_is_said(string arguments)
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Usage, await run.InvokeAsync(arguments.Split('|')));
        Assert.DoesNotContain("not provided", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n'), line => line.StartsWith("error:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_of_a_verb_needs_none_of_its_arguments()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("apply", "--help"));
        Assert.Contains("reconcile|patch", run.Out, StringComparison.Ordinal);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_with_three()
    {
        using var run = new TestRun();

        // Port 1 of the loopback: nothing listens there.
        Assert.Equal(ExitCode.Unreachable, await run.InvokeAsync("inventory", "stacks", "--server", "http://127.0.0.1:1"));
        Assert.Contains("formae up", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_is_not_there_ends_with_four()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync("apply", Path.Combine(run.Folder, "none.yaml"), "--mode", "patch"));
        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync("apply", run.Folder, "--mode", "patch"));
        Assert.Contains("none.yaml", run.Error, StringComparison.Ordinal);
        Assert.Contains("is a folder", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_and_the_key_come_from_the_environment_unless_they_are_given()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stacks", "[]");
        using var run = new TestRun();
        run.Variables["FORMAE_SERVER"] = server.Address;
        run.Variables["FORMAE_KEY"] = "from-environment";

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("inventory", "stacks"));
        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("inventory", "stacks", "--key", "given"));

        Assert.Equal(["from-environment", "given"], server.Requests.Select(asked => asked.Headers["x-functions-key"]));
    }

    [Fact]
    public async Task A_server_variable_that_is_no_address_is_named()
    {
        using var run = new TestRun();
        run.Variables["FORMAE_SERVER"] = "somewhere";

        Assert.Equal(ExitCode.Usage, await run.InvokeAsync("status"));
        Assert.Contains("FORMAE_SERVER='somewhere'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_client_id_is_made_once_and_kept()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stacks", "[]");
        using var run = new TestRun();

        await run.InvokeAsync(server, "inventory", "stacks");
        await run.InvokeAsync(server, "inventory", "stacks");

        var id = Assert.Single(server.Requests.Select(asked => asked.Headers["Client-ID"]).Distinct());
        Assert.Equal(id, File.ReadAllText(Path.Combine(run.Folder, "config", "client-id")));
        Assert.Single(Directory.GetFiles(Path.Combine(run.Folder, "config")));
    }

    [Fact]
    public async Task A_configuration_folder_that_cannot_be_made_is_no_obstacle()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stacks", "[]");
        using var run = new TestRun();
        run.Variables["FORMAE_CONFIG_DIR"] = Path.Combine(run.Write("file", ""), "config");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "inventory", "stacks"));
        Assert.Contains("cannot be kept", run.Error, StringComparison.Ordinal);
    }
}
