using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;
using Formae.Servers;

namespace Formae.Cli.Tests.Pkl;

/// <summary>How Pkl is found and run, and what the person sees of it.</summary>
public sealed class PklRunTests
{
    [Fact]
    public async Task A_Pkl_document_is_sent_as_json()
    {
        using var run = await PklFolder.OpenAsync();
        await using var server = (await FakeServer.StartAsync()).On("POST commands", Samples.NoChanges);

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "apply", run.Write("x.pkl", PklFolder.Head), "--mode", "reconcile", "--yes"));

        var asked = Assert.Single(server.Requests);
        Assert.Equal(("application/json", "x.pkl.json"), (asked.FileType, asked.FileName));
        Assert.Equal("web", (string?)JsonNode.Parse(asked.File!)!["Stacks"]![0]!["Label"]);
    }

    [Fact]
    public async Task The_document_can_see_what_it_is_evaluated_for()
    {
        using var run = await PklFolder.OpenAsync();
        await using var server = (await FakeServer.StartAsync()).On("POST commands", Samples.NoChanges);
        var file = run.Write("x.pkl", PklFolder.Head + "description { text = \"\\(read(\"prop:$cmd\")) \\(read(\"prop:$mode\"))\" }\n");

        await run.InvokeAsync(server, "apply", file, "--mode", "patch", "--yes");
        await run.InvokeAsync(server, "destroy", file, "--yes");

        Assert.Equal(["apply patch", "destroy none"], server.Requests.Select(asked => (string?)JsonNode.Parse(asked.File!)!["Description"]!["Text"]));
    }

    [Fact]
    public async Task A_mistake_is_shown_where_the_person_made_it()
    {
        using var run = await PklFolder.OpenAsync();
        var file = run.Write("x.pkl", PklFolder.Head + "resources {\n    new aws.Ec2Vpc { label = \"a\"; cidrBlok = \"b\" }\n}\n");

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync("validate", file, "--offline"));

        Assert.Contains("error PklError: Cannot find property `cidrBlok`", run.Error, StringComparison.Ordinal);
        Assert.Contains("x.pkl:7:35\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("    7 |     new aws.Ec2Vpc { label = \"a\"; cidrBlok = \"b\" }\n      |                                   ^\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean any of the following? cidrBlock", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_is_told_to_programs_in_the_shape_of_the_api()
    {
        using var run = await PklFolder.OpenAsync();

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync("apply", run.Write("x.pkl", "stacks {"), "--mode", "patch", "-o", "json"));

        var error = JsonNode.Parse(run.Error)!;
        Assert.Equal("InvalidForma", (string?)error["error"]);
        Assert.Equal(("PklError", 1), ((string?)error["diagnostics"]![0]!["Code"], (int?)error["diagnostics"]![0]!["Line"]));
    }

    [Fact]
    public async Task What_the_server_finds_is_told_by_its_path_alone()
    {
        using var run = await PklFolder.OpenAsync();
        await using var server = (await FakeServer.StartAsync()).On("POST commands", """
            {"error":"InvalidForma","message":"m","diagnostics":[{"Severity":"Error","Code":"UnknownResourceType","Summary":"No such type.","Path":"Resources[0].Type","Line":1,"Column":9}]}
            """, 400);
        var file = run.Write("x.pkl", PklFolder.Head);

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync(server, "apply", file, "--mode", "patch", "--yes"));

        Assert.Contains("x.pkl  Resources[0].Type", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("x.pkl:1", run.Error, StringComparison.Ordinal);
        Assert.Contains($"'formae eval {file}' prints it.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("env:HOME", "env:HOME")]
    [InlineData("file:/etc/hostname", "/etc/hostname")]
    [InlineData("https://example.org/", "https://example.org/")]
    public async Task A_document_reads_nothing_outside_of_its_folder(string resource, string expected)
    {
        using var run = await PklFolder.OpenAsync();

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync("eval", run.Write("x.pkl", PklFolder.Head + $"description {{ text = read(\"{resource}\") }}\n")));
        Assert.Contains("Refusing to", run.Error, StringComparison.Ordinal);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Contains("--pkl-root", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_that_is_named_can_be_read()
    {
        using var run = await PklFolder.OpenAsync();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("eval", run.Write("x.pkl", PklFolder.Head + "description { text = read(\"env:PATH\") }\n"), "--pkl-env", "PATH"));
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), (string?)JsonNode.Parse(run.Out)!["Description"]!["Text"]);
    }

    [Fact]
    public async Task An_evaluation_that_does_not_end_is_stopped()
    {
        using var run = await PklFolder.OpenAsync();
        var file = run.Write("x.pkl", PklFolder.Head + "description { text = IntSeq(0, 4000000000).fold(0, (a, b) -> a + b).toString() }\n");

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync("eval", file, "--pkl-timeout", "1"));
        Assert.Contains("PklError", run.Error, StringComparison.Ordinal);
        Assert.Contains("formae: evaluating", run.Error, StringComparison.Ordinal);
        Assert.Contains("timed out", run.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Without_Pkl_and_npm_both_ways_to_get_it_are_told()
    {
        using var run = new TestRun();
        run.Variables["FORMAE_CACHE_DIR"] = run.Folder;

        Assert.Equal(ExitCode.MissingTool, await run.InvokeAsync("eval", run.Write("x.pkl", PklFolder.Head)));
        Assert.Contains("there is no pkl program on this machine", run.Error, StringComparison.Ordinal);
        Assert.Contains("--pkl", run.Error, StringComparison.Ordinal);
        Assert.Contains("npm", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_can_be_named_and_the_document_stand_anywhere()
    {
        using var run = await PklFolder.OpenAsync();
        var file = run.Write("x.pkl", PklFolder.Head + "properties { [\"region\"] {} }\n");
        var program = await new Cli.Pkl.PklProgram(run.Context).FindAsync(null, TestContext.Current.CancellationToken);
        run.Variables.Remove("PATH");
        run.Variables["FORMAE_CACHE_DIR"] = run.Folder;

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("eval", "--pkl", program, "--region", "eu-1", file));
        Assert.Equal("eu-1", (string?)JsonNode.Parse(run.Out)!["Properties"]!["region"]!["Value"]);
    }

    [Fact]
    public async Task A_program_that_is_named_and_is_none_is_refused()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.MissingTool, await run.InvokeAsync("eval", run.Write("x.pkl", PklFolder.Head), "--pkl", Path.Combine(run.Folder, "none")));
        Assert.Contains("none is no program.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_of_Pkl_is_exact_and_no_host_of_a_registry_is_named()
    {
        var tools = Path.Combine(Repository.Root, "tools");
        using var pins = JsonDocument.Parse(File.ReadAllText(Path.Combine(tools, "package.json")));

        foreach (var package in pins.RootElement.GetProperty("dependencies").EnumerateObject().Concat(pins.RootElement.GetProperty("devDependencies").EnumerateObject()))
            Assert.Matches(@"^\d+\.\d+\.\d+$", package.Value.GetString());
        foreach (var file in Directory.EnumerateFiles(tools))
            Assert.DoesNotContain("resolved", File.ReadAllText(file), StringComparison.Ordinal);
    }
}
