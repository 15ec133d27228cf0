using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Giving commands over HTTP: what is answered, and what is stored.</summary>
public sealed class HttpCommandTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: net }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: net, Target: eu, Properties: { BucketName: logs } }
        """;

    private ControlPlane _plane = null!;
    private HttpCaller _http = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        _http = new HttpCaller(_plane);
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F002_malformed_JSON_is_refused_with_its_place_and_nothing_is_stored()
    {
        var answer = await _http.PostAsync("/api/v1/commands", ("command", "apply"), ("file", "{\"Stacks\": [}"));

        Assert.Equal((400, ErrorCodes.InvalidForma), (answer.Status, answer.ErrorCode));
        Assert.NotNull(answer.As(HttpJson.Default.ErrorResponse).Diagnostics![0].Line);
        await NothingIsStoredAsync();
    }

    // What curl calls everything that it sends with --data and --data-binary.
    private static readonly System.Net.Http.Headers.MediaTypeHeaderValue UrlEncoded = new("application/x-www-form-urlencoded");

    [Fact]
    public async Task A_document_that_is_sent_as_a_form_is_taken_as_the_document_that_it_is()
    {
        foreach (var document in (string[])[Document, $"{Document}\n# {new string('x', 5000)}\n", "{}"])
        {
            var answer = await _http.PostAsync("/api/v1/commands?command=apply&mode=reconcile&simulate=true", document, UrlEncoded);
            Assert.True(answer.Status == 200, answer.Text);
        }
    }

    [Fact]
    public async Task A_form_that_is_none_of_parts_is_a_form_all_the_same()
    {
        var answer = await _http.PostAsync("/api/v1/commands", "command=destroy&query=stack%3Anone&simulate=true", UrlEncoded);

        Assert.True(answer.Status == 200, answer.Text);
    }

    [Theory]
    [InlineData("post", "/api/v1/commands?command=apply")]
    [InlineData("get", "/api/v1/commands/status")]
    [InlineData("get", "/api/v1/commands/none/status")]
    [InlineData("get", "/api/v1/resources")]
    public async Task F003_a_request_that_does_not_say_who_asks_is_refused(string verb, string path)
    {
        var nobody = new HttpCaller(_plane) { Client = null };

        var answer = verb == "post" ? await nobody.PostAsync(path, Document) : await nobody.GetAsync(path);

        Assert.Equal((400, ErrorCodes.InvalidRequest), (answer.Status, answer.ErrorCode));
        Assert.Contains(Headers.ClientId, answer.Text, StringComparison.Ordinal);
        await NothingIsStoredAsync();
    }

    [Fact]
    public async Task F004_an_apply_without_a_file_is_refused()
    {
        var answer = await _http.PostAsync("/api/v1/commands", ("command", "apply"), ("mode", "reconcile"));

        Assert.Equal((400, ErrorCodes.InvalidRequest), (answer.Status, answer.ErrorCode));
        Assert.Contains("'file'", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F005_an_apply_without_a_mode_is_a_patch()
    {
        var unknown = await ApplyAsync(Document, mode: null);
        await RunAsync(Document);

        var patch = await ApplyAsync(More().Replace("Label: logs", "Label: kept", StringComparison.Ordinal).Replace("BucketName: logs", "BucketName: kept", StringComparison.Ordinal), mode: null, simulate: true);

        Assert.Equal((422, ErrorCodes.PatchRejected), (unknown.Status, unknown.ErrorCode));
        var command = patch.Json.GetProperty("Simulation").GetProperty("Command");
        Assert.Equal("patch", command.GetProperty("Mode").GetString());
        Assert.Equal(["create", "create"], command.GetProperty("ResourceUpdates").EnumerateArray().Select(update => update.GetProperty("Operation").GetString()));
    }

    [Fact]
    public async Task F006_a_mode_that_does_not_exist_is_refused_and_nothing_is_stored()
    {
        var answer = await ApplyAsync(Document, "recncile");

        Assert.Equal((400, ErrorCodes.InvalidRequest), (answer.Status, answer.ErrorCode));
        Assert.Contains("'reconcile' or 'patch'", answer.Text, StringComparison.Ordinal);
        var unknown = await _http.PostAsync("/api/v1/commands", ("command", "aply"), ("file", Document));
        Assert.Equal((400, ErrorCodes.InvalidRequest), (unknown.Status, unknown.ErrorCode));
        await NothingIsStoredAsync();
    }

    [Fact]
    public async Task F042_an_apply_that_changes_nothing_is_answered_at_once_and_stores_nothing()
    {
        var first = await RunAsync(Document);

        var answer = await ApplyAsync(Document);

        Assert.Equal(200, answer.Status);
        Assert.False(answer.Json.GetProperty("Simulation").GetProperty("ChangesRequired").GetBoolean());
        Assert.False(answer.Headers.ContainsKey("Location"));
        Assert.Equal([first], await IdsAsync());
    }

    [Fact]
    public async Task F043_an_apply_is_accepted_with_the_place_to_ask_and_succeeds()
    {
        var answer = await ApplyAsync(Document);

        var id = answer.Json.GetProperty("CommandId").GetString()!;
        Assert.Equal((202, $"/api/v1/commands/{id}/status"), (answer.Status, (string?)answer.Headers.Location));
        await _plane.EndOfAsync(id);
        var command = (await _http.GetAsync(answer.Headers.Location!)).As(HttpJson.Default.CommandList).Commands.Single();
        Assert.Equal((States.Success, "apply", "reconcile", "user"), (command.State, command.Kind, command.Mode, command.Source));
        Assert.Equal("logs", Assert.Single(command.ResourceUpdates!).ResourceLabel);
    }

    [Fact]
    public async Task F044_a_simulation_answers_the_plan_and_does_nothing()
    {
        var answer = await ApplyAsync(Document, simulate: true);

        Assert.Equal(200, answer.Status);
        Assert.Equal("create", answer.Json.GetProperty("Simulation").GetProperty("Command").GetProperty("ResourceUpdates")[0].GetProperty("Operation").GetString());
        await NothingIsStoredAsync();
        Assert.Equal(404, (await _http.GetAsync("/api/v1/stacks")).Status);
        Assert.Empty(CallLog.Read(_plane.CloudFile));
        await RunAsync(Document);
        Assert.NotEmpty(CallLog.Read(_plane.CloudFile));
    }

    [Theory]
    [InlineData("Stack: net", "Stack: other", "reconcile")]
    [InlineData("Target: eu", "Target: us", "reconcile")]
    [InlineData("BucketName: logs", "Nothing: logs", "reconcile")]
    [InlineData("BucketName: logs", "BucketName: { $res: true, $label: none, $type: \"FakeAWS::S3::Bucket\", $stack: net, $property: Arn }", "reconcile")]
    [InlineData("BucketName: logs", "BucketName: logs", "patch")]
    public async Task F045_a_simulation_is_refused_for_the_same_reasons_as_the_apply(string part, string wrong, string mode)
    {
        var document = Document.Replace(part, wrong, StringComparison.Ordinal);

        var simulated = await ApplyAsync(document, mode, simulate: true);
        var applied = await ApplyAsync(document, mode);

        Assert.InRange(applied.Status, 400, 499);
        Assert.Equal((applied.Status, applied.Text), (simulated.Status, simulated.Text));
    }

    [Fact]
    public async Task F045_a_simulation_does_not_mind_a_command_on_its_stack()
    {
        await RunAsync(Document);
        _plane.Cloud.CloseGate();
        var running = await ApplyAsync(More());

        var simulated = await ApplyAsync(More(), simulate: true);

        Assert.Equal((202, 200), (running.Status, simulated.Status));
        _plane.Cloud.OpenGate();
        await _plane.EndOfAsync(running.Json.GetProperty("CommandId").GetString()!);
    }

    [Fact]
    public async Task F054_a_busy_stack_is_refused_with_its_command_and_another_one_is_not()
    {
        _plane.Cloud.CloseGate();
        var first = await ApplyAsync(Document);

        var second = await ApplyAsync(Document);
        var elsewhere = await ApplyAsync(Document.Replace("net", "app", StringComparison.Ordinal).Replace("logs", "other", StringComparison.Ordinal));

        Assert.Equal((409, ErrorCodes.ConflictingCommands), (second.Status, second.ErrorCode));
        var holder = second.Json.GetProperty("data").GetProperty("ConflictingCommands")[0];
        Assert.Equal(first.Json.GetProperty("CommandId").GetString(), holder.GetProperty("CommandId").GetString());
        Assert.Equal(("apply", 1), (holder.GetProperty("Command").GetString(), holder.GetProperty("UpdateCount").GetInt32()));
        Assert.Contains(holder.GetProperty("State").GetString(), new[] { States.NotStarted, States.InProgress });
        Assert.True(holder.TryGetProperty("StartTs", out _));

        // What it does may be very much, and is not told to everybody who is refused.
        Assert.False(holder.TryGetProperty("ResourceUpdates", out _));
        Assert.Equal(202, elsewhere.Status);
        _plane.Cloud.OpenGate();
        await _plane.EndOfAsync(first.Json.GetProperty("CommandId").GetString()!);
        await _plane.EndOfAsync(elsewhere.Json.GetProperty("CommandId").GetString()!);
    }

    [Fact]
    public async Task F055_a_synchronisation_that_runs_is_in_nobodys_way()
    {
        var first = await RunAsync(Document);
        var commands = _plane.Get<CommandStore>();
        var sync = (await commands.FindAsync(first, CancellationToken.None))! with { CommandId = _plane.Get<KsuidSource>().Next(), Kind = "sync", Source = "sync", State = States.InProgress, Stacks = [] };
        await commands.AddAsync(sync, CancellationToken.None);

        var answer = await ApplyAsync(More());

        Assert.Equal(202, answer.Status);
        await _plane.EndOfAsync(answer.Json.GetProperty("CommandId").GetString()!);
        Assert.Equal(404, (await _http.GetAsync($"/api/v1/commands/{sync.CommandId}/status")).Status);
    }

    private static string More() => Document + "\n  - { Label: more, Type: \"FakeAWS::S3::Bucket\", Stack: net, Target: eu, Properties: { BucketName: more } }";

    private Task<HttpAnswer> ApplyAsync(string document, string? mode = "reconcile", bool simulate = false)
    {
        var fields = new List<(string, string)> { ("command", "apply"), ("file", document) };
        if (mode is not null)
            fields.Add(("mode", mode));
        if (simulate)
            fields.Add(("simulate", "true"));
        return _http.PostAsync("/api/v1/commands", [.. fields]);
    }

    private async Task<string> RunAsync(string document)
    {
        var answer = await ApplyAsync(document);
        Assert.Equal(202, answer.Status);
        var id = answer.Json.GetProperty("CommandId").GetString()!;
        ControlPlane.Succeeded(await _plane.EndOfAsync(id));
        return id;
    }

    private async Task<IReadOnlyList<string>> IdsAsync() =>
        [.. (await _http.GetAsync("/api/v1/commands/status?scope=agent")).As(HttpJson.Default.CommandList).Commands.Select(command => command.CommandId)];

    private async Task NothingIsStoredAsync()
    {
        Assert.Equal(404, (await _http.GetAsync("/api/v1/commands/status?scope=agent")).Status);
        Assert.Equal(404, (await _http.GetAsync("/api/v1/resources")).Status);
    }
}
