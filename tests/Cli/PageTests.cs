using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;

namespace Formae.Cli.Tests;

/// <summary>Lists that are longer than one answer.</summary>
public sealed class PageTests
{
    [Fact]
    public async Task All_commands_are_asked_for_page_by_page()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET commands/status", asked => new WithNext(asked.Query.ContainsKey("continuation") ? null : "n1", Samples.Status(Samples.Command() with { CommandId = asked.Query.ContainsKey("continuation") ? "C2" : "C1" })));
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "status", "--all", "--query", "status:Failed"));

        Assert.Contains("C1", run.Out, StringComparison.Ordinal);
        Assert.Contains("C2", run.Out, StringComparison.Ordinal);
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(("n1", "status:Failed", "200"), (server.Requests[1].Query["continuation"], server.Requests[1].Query["query"], server.Requests[1].Query["max_results"]));
    }

    [Fact]
    public async Task Some_resources_are_shown_and_that_there_are_more()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET resources", _ => new WithNext("n1", """{"Resources":[{"Label":"vm","Type":"FakeAWS::EC2::Instance","Stack":"web","Target":"eu"}]}"""));
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync(server, "inventory", "resources", "--max-results", "1"));

        Assert.Contains("vm", run.Out, StringComparison.Ordinal);
        Assert.Contains("There are more.", run.Error, StringComparison.Ordinal);
        Assert.Equal("1", Assert.Single(server.Requests).Query["max_results"]);
        Assert.Equal(ExitCode.Usage, await run.InvokeAsync(server, "inventory", "resources", "--max-results", "0"));
    }

    [Fact]
    public async Task Policies_are_a_table()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET policies", """[{"Label":"night","Type":"ttl","Config":{"TTLSeconds":3600},"AttachedStacks":["web","db"]}]""");
        using var run = new TestRun();

        await run.InvokeAsync(server, "inventory", "policies");

        Assert.Contains("night    ttl    web, db   { TTLSeconds: 3600 }", run.Out, StringComparison.Ordinal);
    }

    private sealed class WithNext(string? next, string json) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (next is not null)
                httpContext.Response.Headers[Headers.Next] = next;
            return FakeServer.Json(json, 200).ExecuteAsync(httpContext);
        }
    }
}
