using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Coordination.History;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What is far too large for a message or a row goes the way of everything else, from the document to the cloud and back.</summary>
public sealed class LargeThingsTests : IAsyncLifetime
{
    private const string Stack = "large";
    private const string Generic = "FakeAWS::Generic::Resource";
    private const int Megabyte = 1 << 20;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly SecretHunt _hunt = new();
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Logs = _hunt.Logs });

    public async ValueTask DisposeAsync()
    {
        await _plane.DisposeAsync();
        _hunt.Logs.Dispose();
    }

    [Fact]
    public async Task A_property_of_a_megabyte_goes_through_a_whole_life_and_its_secrets_are_nowhere()
    {
        var secret = _hunt.Plant("a large secret");
        var first = Document("a", secret);
        var created = await _plane.RunAsync(first);
        ControlPlane.Succeeded(created);
        Assert.Equal(Megabyte, ValueOf(await FindAsync("text")).Length);
        Assert.Equal(ValueOf(await FindAsync("text")), ValueOf(await FindAsync("reader")));
        Assert.Contains(secret, Outside.PropertiesOf(_plane, (await FindAsync("password")).NativeId).GetProperty("SecretString").GetString(), StringComparison.Ordinal);

        // Nothing to do, however large.
        Assert.False(Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(first)).Response.Simulation.ChangesRequired);
        Assert.Equal(3, _plane.Calls.Count(call => call.Operation == Formae.Protocol.Bus.OperationVerb.Create));

        // An update, over a restart.
        var changed = _hunt.Plant("a changed large secret");
        ControlPlane.Succeeded(await _plane.RunAsync(Document("b", changed)));
        await _plane.RestartAsync();
        Assert.Equal('b', ValueOf(await FindAsync("text"))[0]);
        var versions = await _plane.Get<VersionStore>().ReadAsync((await FindAsync("text")).Ksuid!, before: null, 10, _cancellation);
        Assert.Equal(['b', 'a'], versions.Select(version => ValueOf(version.Resource)[0]));

        // What others do to it is seen, refused and overwritten.
        Outside.Change(_plane, (await FindAsync("text")).NativeId, "bbbbbbbbbb", "outside");
        await _plane.SynchronizeAsync();
        Assert.Equal("text", Assert.Single((await _plane.Get<StackDriftQuery>().OfStackAsync(Stack, _cancellation))!.ModifiedResources).Label);
        Assert.Equal(ErrorCodes.ReconcileRejected, Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document("b", changed))).Error.Error);
        ControlPlane.Succeeded(await _plane.RunAsync(Document("b", changed), force: true));

        // And back.
        ControlPlane.Succeeded(await _plane.RunAsync(Document("a", changed)));
        _hunt.Tell("status", JsonSerializer.Serialize(await _plane.EndOfAsync(created.CommandId), HttpJson.Default.Command));
        _hunt.Tell("inventory", JsonSerializer.Serialize(await _plane.InventoryAsync()));
        ControlPlane.Succeeded(await _plane.RunAsync(Document("a", changed), Formae.Engine.Planning.CommandKind.Destroy));
        Assert.Empty(await _plane.InventoryAsync());

        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_plane.PayloadFolder, "rows")));
        Assert.Empty(_hunt.Find(_plane.Folder, file => !file.StartsWith(_plane.CloudFile, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_forma_of_twenty_megabytes_travels_from_end_to_end()
    {
        var http = new HttpCaller(_plane);
        var document = Many(count: 26, length: 800_000, 'a');
        Assert.True(document.Length > 20_000_000);

        var accepted = await http.PostAsync("/api/v1/commands", ("command", "apply"), ("mode", "reconcile"), ("file", document));
        Assert.Equal(202, accepted.Status);
        ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.As(HttpJson.Default.SubmitCommandResponse).CommandId));

        Assert.All(await _plane.InventoryAsync(), resource => Assert.Equal(800_000, ValueOf(resource).Length));
        Assert.Equal(26, (await _plane.InventoryAsync()).Count);
        Assert.Equal(200, (await http.PostAsync("/api/v1/commands", ("command", "apply"), ("mode", "reconcile"), ("file", document))).Status);
    }

    [Fact]
    public async Task A_resource_of_several_megabytes_travels_and_one_beyond_the_limit_is_refused_with_its_place()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Many(1, 7 * Megabyte, 'a')));
        ControlPlane.Succeeded(await _plane.RunAsync(Many(1, 7 * Megabyte, 'b')));
        Assert.Equal(7 * Megabyte, ValueOf(await FindAsync("r0")).Length);

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Many(2, (8 * Megabyte) + 1, 'c')));

        Assert.Equal((400, ErrorCodes.InvalidForma), (refused.Status, refused.Error.Error));
        Assert.Equal(
            [(DiagnosticCodes.ResourceTooLarge, "Resources[0].Properties"), (DiagnosticCodes.ResourceTooLarge, "Resources[1].Properties")],
            refused.Error.Diagnostics!.Select(diagnostic => (diagnostic.Code, diagnostic.Path)));
        Assert.Contains("Formae:Intake:MaxResourceBytes", refused.Error.Diagnostics![0].Detail, StringComparison.Ordinal);
        Assert.All(refused.Error.Diagnostics!, diagnostic => Assert.NotNull(diagnostic.Line));
    }

    [Fact]
    public async Task A_document_beyond_the_limit_is_refused_with_what_it_may_be()
    {
        await using var plane = await ControlPlane.StartAsync(("Formae:Intake:MaxDocumentBytes", "100000"));

        foreach (var answer in (HttpAnswer[])[
            await new HttpCaller(plane).PostAsync("/api/v1/commands", ("command", "apply"), ("file", Many(1, 200_000, 'a'))),
            await new HttpCaller(plane).PostAsync("/api/v1/commands?command=apply", Many(1, 200_000, 'a'))])
        {
            Assert.Equal((413, ErrorCodes.TooLarge), (answer.Status, answer.ErrorCode));
            var error = answer.As(HttpJson.Default.ErrorResponse);
            Assert.Contains("100,000 bytes", error.Message, StringComparison.Ordinal);
            Assert.Contains("Formae:Intake:MaxDocumentBytes", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_small_document_that_stands_for_more_than_the_limit_is_refused_where_it_is_reached()
    {
        await using var plane = await ControlPlane.StartAsync(("Formae:Intake:MaxDocumentBytes", "100000"));
        var document = $"Targets:\n- Label: eu\n  Namespace: FakeAWS\n  Config:\n    Region: &x {new string('a', 30_000)}\n    A: *x\n    B: *x\n    C: *x\n";

        var answer = await new HttpCaller(plane).PostAsync("/api/v1/commands", ("command", "apply"), ("file", document));

        Assert.Equal((413, ErrorCodes.TooLarge), (answer.Status, answer.ErrorCode));
        var wrong = Assert.Single(answer.As(HttpJson.Default.ErrorResponse).Diagnostics!);
        Assert.Equal((DiagnosticCodes.TooLarge, 8, 8), (wrong.Code, wrong.Line, wrong.Column));
    }

    [Fact]
    public async Task Where_there_is_no_place_for_what_is_too_large_for_a_row_it_is_refused_and_nothing_is_held()
    {
        await using var plane = await ControlPlane.StartAsync(new Seams { HasPayloads = false });

        var refused = Assert.IsType<IntakeOutcome.Refused>(await plane.SubmitAsync(Many(1, Megabyte, 'a')));

        Assert.Equal((413, ErrorCodes.TooLarge), (refused.Status, refused.Error.Error));
        Assert.Contains("FormaePayloads", refused.Error.Message, StringComparison.Ordinal);
        ControlPlane.Succeeded(await plane.RunAsync(Many(1, 1000, 'a')));
    }

    [Fact]
    public async Task Where_there_is_no_place_for_it_a_value_that_came_in_a_message_is_handed_on_all_the_same()
    {
        await using var plane = await ControlPlane.StartAsync(new Seams { HasPayloads = false });
        var text = Resource(Generic, "text", ("Name", "text"), ("Value", new string('a', 50_000)));
        ControlPlane.Succeeded(await plane.RunAsync(Forma(text.DeepClone().AsObject())));

        ControlPlane.Succeeded(await plane.RunAsync(Forma(
            text, Resource(Generic, "reader", ("Name", "reader"), ("Value", new JsonObject { ["$res"] = true, ["$label"] = "text", ["$type"] = Generic, ["$stack"] = Stack, ["$property"] = "Value" })))));

        Assert.Equal(50_000, ValueOf((await plane.InventoryAsync()).Single(resource => resource.Label == "reader")).Length);
    }

    private async Task<Resource> FindAsync(string label) => (await _plane.InventoryAsync()).Single(resource => resource.Label == label);

    private static string ValueOf(Resource resource) => StringOf(resource.Properties!.Value.GetProperty("Value"));

    private static string StringOf(JsonElement value) => value.ValueKind == JsonValueKind.Object ? value.GetProperty("$value").GetString()! : value.GetString()!;

    /// <summary>A large text, one that refers to it, and a secret that is large.</summary>
    private static string Document(string letter, string secret) => Forma(
        Resource(Generic, "text", ("Name", "text"), ("Value", new string(letter[0], Megabyte))),
        Resource(Generic, "reader", ("Name", "reader"), ("Value", new JsonObject { ["$res"] = true, ["$label"] = "text", ["$type"] = Generic, ["$stack"] = Stack, ["$property"] = "Value" })),
        Resource("FakeAWS::SecretsManager::Secret", "password", ("Name", "db"), ("SecretString", string.Concat(Enumerable.Repeat($"{secret} {new string('x', 50_000)}", 12)))));

    private static string Many(int count, int length, char letter) =>
        Forma([.. Enumerable.Range(0, count).Select(number => Resource(Generic, $"r{number}", ("Name", $"r{number}"), ("Value", new string(letter, length))))]);

    private static string Forma(params JsonObject[] resources) => new JsonObject
    {
        ["Stacks"] = new JsonArray(new JsonObject { ["Label"] = Stack }),
        ["Targets"] = new JsonArray(new JsonObject { ["Label"] = "eu", ["Namespace"] = "FakeAWS", ["Config"] = new JsonObject { ["Region"] = "eu-1" } }),
        ["Resources"] = new JsonArray([.. resources]),
    }.ToJsonString();

    private static JsonObject Resource(string type, string label, params (string Name, JsonNode Value)[] properties) => new()
    {
        ["Label"] = label,
        ["Type"] = type,
        ["Stack"] = Stack,
        ["Target"] = "eu",
        ["Properties"] = new JsonObject(properties.Select(property => KeyValuePair.Create(property.Name, (JsonNode?)property.Value))),
    };
}
