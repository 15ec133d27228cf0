using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;

namespace Formae.Cli.Tests;

public sealed class ValidateTests
{
    [Fact]
    public async Task A_sound_document_is_counted()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("validate", run.Write("x.yaml", "Stacks:\n  - Label: web\n"), "--offline"));
        Assert.Contains("is well formed: 0 resources, 1 stack, 0 targets.", run.Out, StringComparison.Ordinal);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task A_mistake_is_shown_where_it_is()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync("validate", run.Write("x.json", "{\n  \"Stacks\": [3]\n}")));
        Assert.Contains("x.json:2:", run.Error, StringComparison.Ordinal);
        Assert.Contains("    2 |   \"Stacks\": [3]", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Types_are_looked_at_by_a_control_plane_and_nothing_is_changed()
    {
        using var run = new TestRun();
        await using var server = (await FakeServer.StartAsync()).On("POST commands", Samples.NoChanges);

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "validate", run.Write("x.yaml", "Stacks:\n  - Label: web\n")));
        Assert.Contains("is sound: 0 resources", run.Out, StringComparison.Ordinal);
        Assert.Equal("true", Assert.Single(server.Requests).Form["simulate"]);
    }

    [Fact]
    public async Task What_a_control_plane_finds_is_shown_with_line_and_column()
    {
        using var run = new TestRun();
        await using var server = (await FakeServer.StartAsync()).On("POST commands", """
            {"error":"InvalidForma","message":"m","diagnostics":[{"Severity":"Error","Code":"UnknownProperty","Summary":"No such field.","Path":"Stacks[0].Label","Line":2,"Column":5}]}
            """, 400);

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync(server, "validate", run.Write("x.yaml", "Stacks:\n  - Label: web\n")));
        Assert.Contains("x.yaml:2:5", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_that_is_not_about_the_document_leaves_it_sound()
    {
        using var run = new TestRun();
        await using var server = (await FakeServer.StartAsync()).Refuses("POST commands", 409, "ConflictingCommands", message: "Another command works on the stack.");

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "validate", run.Write("x.yaml", "Stacks:\n  - Label: web\n")));
        Assert.Contains("is sound", run.Out, StringComparison.Ordinal);
        Assert.Contains("refused at the moment", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_control_plane_that_was_named_must_answer()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Unreachable, await run.InvokeAsync("validate", run.Write("x.yaml", "Stacks:\n  - Label: web\n"), "--server", "http://127.0.0.1:1"));
    }

    [Fact]
    public async Task For_programs_the_verdict_is_one_object_whatever_it_is()
    {
        await using var server = (await FakeServer.StartAsync()).On("POST commands", Samples.NoChanges);
        using var sound = new TestRun();
        Assert.Equal(ExitCode.Ok, await sound.InvokeAsync(server, "validate", sound.Write("x.yaml", "Stacks:\n  - Label: web\n"), "--output", "json"));
        var answer = Samples.Json(sound.Out);
        Assert.Equal((true, "All", 1, 0), (answer.GetProperty("Sound").GetBoolean(), answer.GetProperty("Scope").GetString(), answer.GetProperty("Stacks").GetInt32(), answer.GetProperty("Diagnostics").GetArrayLength()));
        Assert.Equal("", sound.Error);

        server.On("POST commands", """
            {"error":"InvalidForma","message":"m","diagnostics":[{"Severity":"Error","Code":"UnknownProperty","Summary":"No such field.","Path":"Stacks[0].Label","Line":2,"Column":5}]}
            """, 400);
        using var wrong = new TestRun();
        Assert.Equal(ExitCode.InvalidDocument, await wrong.InvokeAsync(server, "validate", wrong.Write("x.yaml", "Stacks:\n  - Label: web\n"), "-o", "json"));
        answer = Samples.Json(wrong.Out);
        Assert.False(answer.GetProperty("Sound").GetBoolean());
        Assert.Equal(("UnknownProperty", 2), (answer.GetProperty("Diagnostics")[0].GetProperty("Code").GetString(), answer.GetProperty("Diagnostics")[0].GetProperty("Line").GetInt32()));
        Assert.Equal("InvalidForma", answer.GetProperty("Refusal").GetProperty("error").GetString());
    }

    [Fact]
    public async Task For_programs_the_form_alone_is_told_in_the_same_object()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync("validate", run.Write("x.json", "{\n  \"Stacks\": [3]\n}"), "--offline", "--output", "json"));

        var answer = Samples.Json(run.Out);
        Assert.Equal((false, "Form", 2), (answer.GetProperty("Sound").GetBoolean(), answer.GetProperty("Scope").GetString(), answer.GetProperty("Diagnostics")[0].GetProperty("Line").GetInt32()));
        Assert.Equal("", run.Error);
    }

    [Theory]
    [InlineData("Stacks:\n  - Label: web\n", "application/yaml")]
    [InlineData("{\"Stacks\":[{\"Label\":\"web\"}]}", "application/json")]
    [InlineData("Properties: { size: { Default: s } }\nStacks:\n  - Label: web\n", "application/yaml")]
    public async Task A_document_is_taken_from_the_standard_input(string text, string type)
    {
        await using var server = (await FakeServer.StartAsync()).On("POST commands", Samples.NoChanges);
        using var run = new TestRun { Piped = text };

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "validate", "-"));

        Assert.Contains("standard input is sound: 0 resources, 1 stack", run.Out, StringComparison.Ordinal);
        Assert.Equal((text, type), (Assert.Single(server.Requests).File, server.Requests[0].FileType));
    }

    [Fact]
    public async Task A_file_without_an_ending_is_read_by_what_it_says()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("validate", run.Write("forma", "Stacks:\n  - Label: web\n"), "--offline"));
    }
}
