using System.Net;
using System.Net.Sockets;
using System.Text;
using Formae.Cli.Tests.Support;
using Formae.Client;
using Formae.Protocol.Http;
using Microsoft.AspNetCore.Http;

namespace Formae.Cli.Tests;

public sealed class ClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_apply_is_a_form_with_the_document_as_it_is()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST commands", Samples.Response(Samples.Command()), 202);
        using var client = Client(server, key: "k");

        var response = await client.SubmitAsync(new SubmitRequest
        {
            Kind = SubmitKind.Apply,
            Mode = SubmitMode.Reconcile,
            Simulate = true,
            Force = true,
            File = new SubmitFile("shop.yaml", Encoding.UTF8.GetBytes("Stacks: [ä]\n"), SubmitFile.ContentTypeOf("shop.yaml")),
        }, Cancellation);

        Assert.Equal("C1", response.CommandId);
        var asked = Assert.Single(server.Requests);
        Assert.Equal("me", asked.Headers["Client-ID"]);
        Assert.Equal("k", asked.Headers["x-functions-key"]);
        Assert.Equal(new Dictionary<string, string> { ["command"] = "apply", ["mode"] = "reconcile", ["simulate"] = "true", ["force"] = "true" }, asked.Form);
        Assert.Equal("Stacks: [ä]\n", asked.File);
        Assert.Equal(("application/yaml", "shop.yaml"), (asked.FileType, asked.FileName));
    }

    [Fact]
    public async Task A_destroy_by_query_has_no_file()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST commands", Samples.NoChanges);
        using var client = Client(server);

        await client.SubmitAsync(new SubmitRequest { Kind = SubmitKind.Destroy, Query = "stack:web", OnDependents = DependentsChoice.Cascade }, Cancellation);

        var asked = Assert.Single(server.Requests);
        Assert.Equal(new Dictionary<string, string> { ["command"] = "destroy", ["query"] = "stack:web", ["on-dependents"] = "cascade" }, asked.Form);
        Assert.Null(asked.File);
        Assert.False(asked.Headers.ContainsKey("x-functions-key"));
    }

    [Fact]
    public async Task A_refusal_keeps_its_code_and_its_payload()
    {
        await using var server = await FakeServer.StartAsync();
        server.Refuses("GET stats", 409, ErrorCodes.TargetHasDependents, new { TargetLabels = new[] { "eu" } }, "Given up.");
        using var client = Client(server);

        var refusal = await Assert.ThrowsAsync<FormaeApiException>(() => client.GetStatsAsync(Cancellation));

        Assert.Equal(409, refusal.Status);
        Assert.Equal(ErrorCodes.TargetHasDependents, refusal.Response.Error);
        Assert.Equal("eu", refusal.Response.Data!.Value.GetProperty("TargetLabels")[0].GetString());
        Assert.Equal("TargetHasDependents: Given up.", refusal.Message);
    }

    [Fact]
    public async Task Nothing_found_is_an_empty_list()
    {
        await using var server = await FakeServer.StartAsync();
        using var client = Client(server);

        Assert.Empty(await client.GetStacksAsync(Cancellation));
        Assert.Empty(await client.GetTargetsAsync("label:x", Cancellation));
        Assert.Empty(await client.ListCommandsAsync("status:Failed", CommandScope.Client, 7, Cancellation));
        Assert.Empty((await client.GetResourcesAsync("stack:a type:*::B", Cancellation)).Resources);
        var missing = await Assert.ThrowsAsync<FormaeApiException>(() => client.GetCommandAsync("C 1/2", Cancellation));

        Assert.Equal(404, missing.Status);
        Assert.Equal(new Dictionary<string, string> { ["scope"] = "client", ["max_results"] = "7", ["query"] = "status:Failed" }, server.Requests[2].Query);
        Assert.Equal("stack:a type:*::B", server.Requests[3].Query["query"]);
    }

    [Fact]
    public async Task A_missing_page_of_another_server_is_not_taken_for_an_empty_list()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stacks", _ => Results.Text("<html>not here</html>", "text/html", statusCode: 404));
        using var client = Client(server);

        var refusal = await Assert.ThrowsAsync<FormaeApiException>(() => client.GetStacksAsync(Cancellation));

        Assert.Equal("UnexpectedAnswer", refusal.Response.Error);
        Assert.Contains("<html>not here</html>", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_the_server_does_not_have_is_not_taken_for_an_empty_list()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET targets", _ => Results.Text("""{"error":"UnknownRoute","message":"There is nothing at /api/v1/targets."}""", "application/json", statusCode: 404));
        using var client = Client(server);

        var refusal = await Assert.ThrowsAsync<FormaeApiException>(() => client.GetTargetsAsync(cancellation: Cancellation));

        Assert.Equal((404, ErrorCodes.UnknownRoute), (refusal.Status, refusal.Response.Error));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[1]")]
    public async Task An_answer_of_another_shape_is_told(string body)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stats", body);
        using var client = Client(server);

        var refusal = await Assert.ThrowsAsync<FormaeApiException>(() => client.GetStatsAsync(Cancellation));

        Assert.Equal("UnexpectedAnswer", refusal.Response.Error);
    }

    [Fact]
    public async Task Nobody_there_is_a_connection_error_that_names_the_address()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}");
        using var client = new FormaeClient(new FormaeClientOptions { Server = address, ClientId = "me" });

        var failure = await Assert.ThrowsAsync<FormaeConnectionException>(() => client.CheckHealthAsync(Cancellation));

        Assert.Equal($"No answer from {address}: nothing listens there.", failure.Message);
    }

    [Fact]
    public async Task A_server_that_is_silent_is_given_up_after_the_timeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var client = new FormaeClient(new FormaeClientOptions { Server = address, ClientId = "me", Timeout = TimeSpan.FromMilliseconds(200) });

        var failure = await Assert.ThrowsAsync<FormaeConnectionException>(() => client.CheckHealthAsync(Cancellation));

        Assert.Contains("longer than 0.2 seconds", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Canceling_is_no_connection_error()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new FormaeClient(new FormaeClientOptions { Server = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), ClientId = "me" });
        using var stop = new CancellationTokenSource();

        var asking = client.CheckHealthAsync(stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task Health_and_plugins_are_read()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET health", "null").On("GET plugins", """{"plugins":[{"name":"local","namespace":"Local"}]}""").On("GET plugins/local", """{"plugin":{"name":"local","schemas":{"A::B::C":{"Identifier":"Id"}}}}""");
        using var client = Client(server);

        await client.CheckHealthAsync(Cancellation);
        Assert.Equal("Local", Assert.Single(await client.GetPluginsAsync(Cancellation)).Namespace);
        Assert.Equal("Id", (await client.GetPluginAsync("local", Cancellation)).Schemas!["A::B::C"].Identifier);
    }

    [Fact]
    public async Task A_key_that_is_wanted_is_told()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET stats", _ => Results.StatusCode(401));
        using var run = new TestRun();
        using var client = Client(server);

        Assert.Equal("Unauthorized", (await Assert.ThrowsAsync<FormaeApiException>(() => client.GetStatsAsync(Cancellation))).Response.Error);
    }

    private static FormaeClient Client(FakeServer server, string? key = null) => new(new FormaeClientOptions { Server = new Uri(server.Address), ClientId = "me", Key = key });
}
