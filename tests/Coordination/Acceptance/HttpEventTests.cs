using System.IO.Pipelines;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>The stream of events as it goes over HTTP.</summary>
public sealed class HttpEventTests : IAsyncLifetime
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;
    private HttpCaller _http = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync(("Formae:Events:KeepAliveSeconds", "1"), ("Formae:Events:LongestSeconds", "3"));
        _http = new HttpCaller(_plane) { Client = null };
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task A_stream_holds_a_status_the_updates_with_their_ids_and_the_end()
    {
        var id = await RunAsync();

        var answer = await _http.GetAsync($"/api/v1/commands/{id}/events");

        Assert.Equal((200, "text/event-stream", "no-cache, no-store, no-transform", "no"), (answer.Status, answer.Headers.ContentType.ToString(), answer.Headers.CacheControl.ToString(), answer.Headers["X-Accel-Buffering"].ToString()));
        Assert.StartsWith("retry: 1000\n\nevent: status\ndata: {\"CommandId\":\"", answer.Text, StringComparison.Ordinal);
        var events = Events(answer.Text);
        Assert.Equal(("status", "end", "end"), (events[0].EventType, events[^1].EventType, events[^1].EventId));
        var updates = events.Where(one => one.EventType == "update").ToList();
        var last = updates.Select(update => JsonSerializer.Deserialize(update.Data, HttpJson.Default.UpdateChange)!).Last(update => update.Label == "größer");
        Assert.Equal(("resource", "FakeAWS::S3::Bucket", "größer", "web", "create", States.Success), (last.Of, last.Type, last.Label, last.Stack, last.Operation, last.State));
        Assert.Contains("größer", answer.Text, StringComparison.Ordinal);

        _http.Headers[Headers.LastEventId] = updates[^2].EventId!;
        Assert.Equal(["status", "update", "end"], Events((await _http.GetAsync($"/api/v1/commands/{id}/events")).Text).Select(one => one.EventType));
        _http.Headers[Headers.LastEventId] = "end";
        Assert.Equal((204, ""), (await _http.GetAsync($"/api/v1/commands/{id}/events") is var nothing ? (nothing.Status, nothing.Text) : default));
    }

    [Fact]
    public async Task What_cannot_be_followed_is_refused_before_any_event()
    {
        Assert.Equal((404, ErrorCodes.NotFound), Refusal(await _http.GetAsync($"/api/v1/commands/{_plane.Get<KsuidSource>().Next()}/events")));
        Assert.Equal((404, ErrorCodes.NotFound), Refusal(await _http.GetAsync("/api/v1/commands/none/events")));
        _http.Headers[Headers.LastEventId] = "yesterday";
        Assert.Equal((400, ErrorCodes.InvalidRequest), Refusal(await _http.GetAsync($"/api/v1/commands/{await RunAsync()}/events")));
    }

    [Fact]
    public async Task While_nothing_happens_comments_are_sent_and_a_stream_ends_in_time()
    {
        var id = await AddAsync();

        var answer = await _http.GetAsync($"/api/v1/commands/{id}/events");

        Assert.Equal(200, answer.Status);
        Assert.Contains("\n\n: keep-alive\n\n", answer.Text, StringComparison.Ordinal);
        Assert.Equal(["status"], Events(answer.Text).Select(one => one.EventType));
    }

    [Fact]
    public async Task Whoever_does_not_read_holds_nobody_up_and_nothing_is_gathered_for_him()
    {
        var id = await RunAsync(resources: 400);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4096, resumeWriterThreshold: 2048));
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        var slow = _http.StreamAsync($"/api/v1/commands/{id}/events", pipe.Writer.AsStream(), hangUp.Token);

        var whole = (await _http.GetAsync($"/api/v1/commands/{id}/events")).Text;
        Assert.False(slow.IsCompleted, "The slow one is still at the beginning.");
        Assert.True(pipe.Reader.TryRead(out var read));
        Assert.True(read.Buffer.Length < whole.Length / 2, $"{read.Buffer.Length} of {whole.Length} wait to be read.");
        pipe.Reader.AdvanceTo(read.Buffer.Start);

        using var reader = new StreamReader(pipe.Reader.AsStream());
        var text = reader.ReadToEndAsync(_cancellation);
        await slow;
        await pipe.Writer.CompleteAsync();
        Assert.Equal(Events(whole).Select(one => one.EventId), Events(await text).Select(one => one.EventId));
    }

    [Fact]
    public async Task Whoever_hangs_up_ends_his_stream()
    {
        var id = await AddAsync();
        var pipe = new Pipe();
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        var stream = _http.StreamAsync($"/api/v1/commands/{id}/events", pipe.Writer.AsStream(), hangUp.Token);
        await pipe.Reader.ReadAtLeastAsync(50, _cancellation);

        await hangUp.CancelAsync();

        Assert.Equal(200, (await stream).Status);
    }

    [Fact]
    public async Task A_reader_may_follow_and_nobody_without_a_role()
    {
        var id = await RunAsync();
        const string Key = "a-key-of-a-reader";
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Key)));
        var http = new HttpCaller(_plane, ("Formae:Access:Keys:reader:0", digest));

        Assert.Equal(401, (await http.GetAsync($"/api/v1/commands/{id}/events")).Status);
        http.Headers["x-functions-key"] = Key;
        Assert.Equal(200, (await http.GetAsync($"/api/v1/commands/{id}/events")).Status);
    }

    private static (int Status, string Code) Refusal(HttpAnswer answer) => (answer.Status, answer.ErrorCode);

    private static IReadOnlyList<SseItem<string>> Events(string text) => [.. SseParser.Create(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))).Enumerate()];

    private async Task<string> RunAsync(int resources = 3)
    {
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync($$"""
            Stacks: [{ Label: web }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:
            {{string.Join('\n', Enumerable.Range(1, resources).Select(number => $"  - {{ Label: {(number == resources ? "größer" : $"b{number}")}, Type: \"FakeAWS::S3::Bucket\", Stack: web, Target: eu, Properties: {{ BucketName: b-{number} }} }}"))}}
            """));
        ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.Response.CommandId));
        return accepted.Response.CommandId;
    }

    private async Task<string> AddAsync()
    {
        var id = _plane.Get<KsuidSource>().Next();
        await _plane.Get<CommandStore>().AddAsync(
            new CommandRecord { CommandId = id, Kind = "apply", Mode = "patch", State = States.InProgress, StartedAt = DateTimeOffset.UtcNow, ModifiedAt = DateTimeOffset.UtcNow }, _cancellation);
        return id;
    }
}
