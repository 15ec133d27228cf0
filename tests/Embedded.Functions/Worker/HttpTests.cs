using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Embedded.Functions.Tests;

public sealed class HttpTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(typeof(HttpFunctions));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_function_without_a_route_is_served_under_its_name() =>
        Assert.Equal((200, "hello world"), await _app.GetAsync("/api/Hello?who=world"));

    [Fact]
    public async Task An_invocation_goes_on_with_the_trace_of_its_caller()
    {
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.Azure.Functions.Worker",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/numbers/12") { Headers = { { "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" } } };
        using (await _app.Http.SendAsync(request))
            await _app.GetAsync("/api/numbers/13");

        var continued = Assert.Single(spans, span => span.TraceId.ToHexString() == "4bf92f3577b34da6a3ce929d0e0e4736");
        Assert.Equal(("00f067aa0ba902b7", ActivityKind.Server, 200), (continued.ParentSpanId.ToHexString(), continued.Kind, continued.GetTagItem("http.response.status_code")));
        Assert.StartsWith("GET /api/numbers/{", continued.DisplayName, StringComparison.Ordinal);
        Assert.Contains(spans, span => span.GetTagItem("url.path") is "/api/numbers/13" && span.ParentSpanId == default);
    }

    [Fact]
    public async Task Request_data_is_read_and_answered_in_pascal_case()
    {
        using var content = new StringContent("""{"name":"Rex","age":4}""");
        using var response = await _app.Http.PostAsync("/api/data", content);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("""{"Name":"Rex","Age":5}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("Data", response.Headers.GetValues("X-Function").Single());
        Assert.Equal("seen=yes", response.Headers.GetValues("Set-Cookie").Single());
    }

    [Fact]
    public async Task A_body_is_read_as_text() => Assert.Equal((200, "ABC"), await _app.PostAsync("/api/text", "abc"));

    [Theory]
    [InlineData("/api/things/6f9619ff-8b86-d011-b42d-00c04fc964ff", 200, "guid 6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    [InlineData("/api/things/12", 404, "")]
    [InlineData("/api/numbers/12", 200, "12/7")]
    [InlineData("/api/numbers/12/99", 200, "12/99")]
    [InlineData("/api/numbers/twelve", 404, "")]
    [InlineData("/api/loose/5/true", 200, "5 True")]
    [InlineData("/api/loose/five/true", 400, "")]
    [InlineData("/api/files/a/b/c.txt", 200, "rest=a/b/c.txt")]
    [InlineData("/api/files", 200, "rest=")]
    [InlineData("/api/absent", 404, "")]
    [InlineData("/Hello", 404, "")]
    public async Task Routes_bind_their_parameters_and_hold_their_constraints(string path, int status, string body) =>
        Assert.Equal((status, body), await _app.GetAsync(path));

    [Fact]
    public async Task Functions_share_a_route_by_method_and_other_methods_are_405()
    {
        Assert.Equal((200, "read"), await _app.GetAsync("/api/shared"));
        Assert.Equal((200, "write"), await _app.PostAsync("/api/shared", ""));
        using var response = await _app.Http.DeleteAsync("/api/shared");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task A_body_is_bound_and_a_wrong_one_is_400()
    {
        Assert.Equal((200, """{"name":"Rex","age":4}"""), await _app.PostAsync("/api/body", """{"name":"Rex","age":4}"""));
        Assert.Equal((400, ""), await _app.PostAsync("/api/body", """{"name":"""));
        Assert.Equal((400, ""), await _app.PostAsync("/api/body", """{"name":"Rex","age":"old"}"""));
        Assert.Equal((400, ""), await _app.PostAsync("/api/body", ""));
    }

    [Theory]
    [InlineData("/api/action/200", 200, """{"name":"Rex","age":200}""")]
    [InlineData("/api/action/409", 409, """{"name":"Rex","age":409}""")]
    [InlineData("/api/result", 201, """{"name":"Tom","age":3}""")]
    [InlineData("/api/poco", 200, """{"name":"Kit","age":1}""")]
    [InlineData("/api/marked", 418, "")]
    [InlineData("/api/nothing", 200, "")]
    public async Task Results_of_ASP_NET_Core_are_sent_in_camel_case(string path, int status, string body) => Assert.Equal((status, body), await _app.GetAsync(path));

    [Fact]
    public async Task Without_the_web_application_a_result_is_pascal_case_and_nothing_is_204()
    {
        await using var app = await TestApp.StartAsync(typeof(HttpFunctions), isWeb: false);
        Assert.Equal((200, """{"Name":"Kit","Age":1}"""), await app.GetAsync("/api/poco"));
        Assert.Equal((204, ""), await app.GetAsync("/api/nothing"));
    }

    [Fact]
    public async Task A_response_streams_while_its_function_runs()
    {
        var proceed = new Signal<int>("The leave to go on");
        await using var app = await TestApp.StartAsync(typeof(HttpFunctions), builder => builder.Services.AddSingleton<IStartupFilter>(new FeatureFilter(proceed)));
        using var response = await app.Http.GetAsync("/api/stream", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("first", await reader.ReadLineAsync());
        proceed.Set(1);
        Assert.Equal("second", await reader.ReadLineAsync());
        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task A_failure_is_500_and_tells_nothing_of_its_cause() => Assert.Equal((500, ""), await _app.GetAsync("/api/broken"));

    [Fact]
    public async Task An_answer_half_sent_is_cut_off() => await Assert.ThrowsAnyAsync<HttpRequestException>(() => _app.GetAsync("/api/half"));

    [Fact]
    public async Task The_context_knows_its_function_its_data_and_its_request() =>
        Assert.Equal((200, "Context here there True True"), await _app.GetAsync("/api/context/here?q=there"));

    [Fact]
    public async Task Without_a_key_file_no_key_is_asked_for()
    {
        Assert.Equal((200, "open"), await _app.GetAsync("/api/locked"));
        Assert.Equal((200, "open"), await _app.GetAsync("/api/master"));
    }

    [Fact]
    public async Task A_body_far_beyond_the_default_limit_is_taken()
    {
        using var content = new ByteArrayContent(new byte[40 * 1024 * 1024]);
        using var response = await _app.Http.PostAsync("/api/large", content);
        Assert.Equal("41943040", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_prefix_of_host_json_holds_and_may_be_empty()
    {
        await using var app = await TestApp.StartAsync(typeof(HttpFunctions), hostJson: """{"version":"2.0","logging":{"logLevel":{"default":"None"}},"extensions":{"http":{"routePrefix":""}}}""");
        Assert.Equal((200, "hello "), await app.GetAsync("/Hello"));
        Assert.Equal((404, ""), await app.GetAsync("/api/Hello"));
    }

    [Fact]
    public async Task A_stop_lets_a_running_request_end()
    {
        var proceed = new Signal<int>("The leave to go on");
        await using var app = await TestApp.StartAsync(typeof(HttpFunctions), builder => builder.Services.AddSingleton<IStartupFilter>(new FeatureFilter(proceed)));
        using var response = await app.Http.GetAsync("/api/stream", HttpCompletionOption.ResponseHeadersRead);
        var stopping = app.StopAsync();
        await app.Stopping;
        Assert.False(stopping.IsCompleted);
        proceed.Set(1);
        Assert.Equal("first\nsecond\n", await response.Content.ReadAsStringAsync());
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => app.GetAsync("/api/Hello"));
    }

    private sealed class FeatureFilter(Signal<int> signal) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(rest => http =>
            {
                http.Features.Set(signal);
                return rest(http);
            });
            next(app);
        };
    }
}
