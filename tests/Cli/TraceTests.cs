using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;

namespace Formae.Cli.Tests;

public sealed class TraceTests
{
    [Fact]
    public async Task A_trace_is_drawn_as_a_tree_with_times()
    {
        using var run = new TestRun();
        var file = run.Write("trace.jsonl", Line("cli", Span("a", null, "formae apply", 0, 100)) + Line("coordinator", Span("b", "a", "command apply", 10, 20, ("formae.command.id", "one")), Span("c", "b", "begin create", 20, 30, ("formae.resource.label", "net")), Failed("d", "b", "apply", 10, 90)));

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("trace", file));

        Assert.Equal(
            """
            formae apply            cli               100.0 ms  ████████████████████████████████
            └─ command apply        coordinator        10.0 ms  ···████
               ├─ apply (Failed)    coordinator        80.0 ms  ···██████████████████████████
               └─ begin create net  coordinator        10.0 ms  ······████

            """.ReplaceLineEndings("\n"),
            run.Out);
    }

    [Fact]
    public async Task The_trace_of_a_command_is_found_and_a_half_written_line_is_passed_over()
    {
        using var run = new TestRun();
        var file = run.Write("trace.jsonl", Line("cli", Span("a", null, "formae apply", 0, 100, ("formae.command.id", "one"))) + "{\"resourceSpans\":[{\"reso\n" + Line("cli", Span("t2", "b", null, "formae destroy", 0, 100, "", ("formae.command.id", "two"))));

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("trace", file, "--command", "one"));
        Assert.StartsWith("formae apply", run.Out, StringComparison.Ordinal);
        Assert.Contains("1 lines are no spans", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, await run.InvokeAsync("trace", file, "--command", "three"));
        Assert.Contains("no trace of the command 'three'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_alike_the_rest_is_counted_unless_all_are_asked_for()
    {
        using var run = new TestRun();
        var file = run.Write("trace.jsonl", Line("cli", [Span("a", null, "formae apply", 0, 100), .. Enumerable.Range(0, 30).Select(i => Span($"c{i}", "a", "begin create", i, i + 3))]));

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("trace", file));
        Assert.Contains("and 23 more: begin create, 3.0 ms at most", run.Out, StringComparison.Ordinal);
        var lines = run.Out.Split('\n').Length;
        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("trace", file, "--all"));
        Assert.Equal(31, run.Out.Split('\n').Length - lines);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_a_mistake_of_the_command_line()
    {
        using var run = new TestRun();
        Assert.Equal(ExitCode.Usage, await run.InvokeAsync("trace", Path.Combine(run.Folder, "nothing.jsonl")));
    }

    private static string Line(string service, params string[] spans) =>
        $$$"""{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"formae-{{{service}}}"}}]},"scopeSpans":[{"scope":{"name":"Formae"},"spans":[{{{string.Join(',', spans)}}}]}]}]}""" + "\n";

    private static string Span(string id, string? parent, string name, int from, int to, params (string Key, string Value)[] attributes) => Span("t1", id, parent, name, from, to, "", attributes);

    private static string Failed(string id, string? parent, string name, int from, int to) => Span("t1", id, parent, name, from, to, ""","status":{"code":2}""", ("error.type", "Failed"));

    private static string Span(string trace, string id, string? parent, string name, int from, int to, string status, params (string Key, string Value)[] attributes)
    {
        var parentId = parent is null ? "" : $",\"parentSpanId\":\"{parent}\"";
        var described = string.Join(',', attributes.Select(one => $$$"""{"key":"{{{one.Key}}}","value":{"stringValue":"{{{one.Value}}}"}}"""));
        return $$$"""{"traceId":"{{{trace}}}","spanId":"{{{id}}}"{{{parentId}}},"name":"{{{name}}}","kind":1,"startTimeUnixNano":"{{{from}}}000000","endTimeUnixNano":"{{{to}}}000000","attributes":[{{{described}}}]{{{status}}}}""";
    }
}
