using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Coordination.Catalog;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Secrets;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>
/// A secret in every position goes through the whole life of its resource, failures and a crash included, and is in no file, no log line and no answer afterwards.
/// The cloud's own memory is the one place that has it.
/// </summary>
public sealed class SecretLifeTests : IAsyncLifetime
{
    private const string Tail = "}}]}";

    private readonly SecretHunt _hunt = new();
    private readonly Vaults _vaults = new();
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync(new Seams { Logs = _hunt.Logs, Define = _vaults.Define }, ("Formae:Operations:RetryDelaySeconds", "0.01"));
        _vaults.Token = _hunt.Plant("token that the cloud made");
    }

    public async ValueTask DisposeAsync()
    {
        await _plane.DisposeAsync();
        _hunt.Logs.Dispose();
    }

    [Fact]
    public async Task F018_a_secret_in_any_position_is_nowhere_but_in_the_cloud_after_a_whole_life()
    {
        var first = Document("first");
        await AnswerAsync(first, simulate: true);
        await CreateOverARestartAsync(first);
        Assert.IsType<IntakeOutcome.Answered>(await AnswerAsync(first));
        NothingIsFound("create");

        // Everything else, changed and failing.
        var second = Document("second");
        foreach (var wrong in (string[])["problem", "exception"])
        {
            _vaults.Wrong = wrong;
            var failed = await RunAsync(second);
            Assert.Equal(States.Failed, failed.State);
            Assert.Contains("***", string.Concat(failed.ResourceUpdates!.Select(update => update.ErrorMessage)), StringComparison.Ordinal);
            Assert.Equal(States.Failed, (await RunAsync(Added(second, "new", wrong), mode: ApplyMode.Patch)).State);
        }

        NothingIsFound("failures");
        _vaults.Wrong = null;
        ControlPlane.Succeeded(await RunAsync(second, force: true));
        ControlPlane.Succeeded(await RunAsync(Patched("patched"), mode: ApplyMode.Patch));
        NothingIsFound("update and patch");

        // Renamed, then replaced, then read back and applied as it was read.
        var third = Document("third");
        third["Resources"]![0]!["Label"] = "vault-renamed";
        third["Resources"]![0]!["Alias"] = "vault";
        Retarget(third, "vault-renamed");
        ControlPlane.Succeeded(await RunAsync(third, force: true));
        third["Resources"]![0]!.AsObject().Remove("Alias");
        third["Resources"]![0]!["Properties"]!["Name"] = "another";
        ControlPlane.Succeeded(await RunAsync(third));
        await LookAsync();
        NothingIsFound("rename and replace");

        await RefusalsAsync();
        NothingIsFound("refusals");
        Assert.True(await _plane.Get<SecretBackfill>().RunAsync(CancellationToken.None));
        ControlPlane.Succeeded(await EndOfAsync(await AnswerAsync(third, CommandKind.Destroy)));
        await LookAsync();
        await _plane.RestartAsync();
        NothingIsFound("destroy");
        Assert.True(_hunt.LogLines > 20, "The logs were not heard.");
    }

    [Fact]
    public void The_hunt_finds_what_it_looks_for()
    {
        var hunt = new SecretHunt();
        var secret = hunt.Plant("somewhere");
        foreach (var text in (string[])[secret, JsonSerializer.Serialize(secret), JsonSerializer.Serialize(JsonSerializer.Serialize(secret)), Uri.EscapeDataString(secret), Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"ab{secret}cd"))])
        {
            var one = new SecretHunt();
            one.Tell("here", text);
            Assert.Empty(one.Find(_plane.Folder, _ => false));
            hunt.Tell(text[..3], text);
        }

        Assert.True(hunt.Find(_plane.Folder, _ => false).Count >= 5);
    }

    /// <summary>The coordinator is stopped while the first call of the plugin waits, and started on what it has stored.</summary>
    private async Task CreateOverARestartAsync(JsonNode document)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _vaults.Gate = gate.Task;
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await AnswerAsync(document));
        await _plane.RestartAsync();
        gate.SetResult();
        ControlPlane.Succeeded(await EndOfAsync(accepted));
        var vault = _vaults.Live.Values.First(vault => vault.Name == "vault");
        Assert.Equal(document["Resources"]![0]!["Properties"]!["Password"]!.GetValue<string>(), vault.Password);
        Assert.Equal(document["Resources"]![0]!["Properties"]!["Names"]![1]!["$value"]!.GetValue<string>(), vault.Names![1]);
        Assert.Equal(vault.Password, _vaults.Live.Values.First(vault => vault.Name == "reader").Plain);
    }

    /// <summary>A secret in every position that a document has.</summary>
    private JsonObject Document(string when)
    {
        string New(string place) => _hunt.Plant($"{when}: {place}");
        JsonObject Opaque(string place, string? strategy = null)
        {
            var envelope = new JsonObject { ["$value"] = New(place), ["$visibility"] = "Opaque" };
            if (strategy is not null)
                envelope["$strategy"] = strategy;
            return envelope;
        }

        return new JsonObject
        {
            ["Description"] = new JsonObject { ["Text"] = "everything" },
            ["Properties"] = new JsonObject { ["password"] = new JsonObject { ["Type"] = "String", ["Flag"] = "password", ["Default"] = New("default of a parameter"), ["Value"] = New("value of a parameter") } },
            ["Stacks"] = new JsonArray(new JsonObject { ["Label"] = "safe" }),
            ["Targets"] = new JsonArray(
                new JsonObject { ["Label"] = "eu", ["Namespace"] = "FakeAWS", ["Config"] = new JsonObject { ["Region"] = "eu-1" } },
                new JsonObject
                {
                    ["Label"] = $"closed-{when}",
                    ["Namespace"] = "FakeAWS",
                    ["Config"] = new JsonObject { ["Region"] = "eu-1", ["Login"] = new JsonObject { ["Key"] = Opaque("target config") } },
                }),
            ["Resources"] = new JsonArray(
                Resource("vault", new JsonObject
                {
                    ["Name"] = "vault",
                    ["Size"] = when,
                    ["Password"] = New("opaque field"),
                    ["Plain"] = Opaque("opaque envelope"),
                    ["Level"] = new JsonObject { ["Name"] = Opaque("envelope in an object"), ["Pin"] = New("opaque field of an object") },
                    ["Keys"] = new JsonObject { ["User"] = New("object as a secret"), ["Secret"] = New("object as a secret, again") },
                    ["Names"] = new JsonArray("plain", Opaque("element of a list")),
                    ["Marks"] = new JsonArray(Opaque("element of a set"), "plain"),
                    ["Items"] = new JsonArray(
                        new JsonObject { ["Key"] = "a", ["Secret"] = New("opaque field of an element"), ["Value"] = "plain" },
                        new JsonObject { ["Key"] = "b", ["Value"] = Opaque("envelope in an element") }),
                    ["Document"] = JsonSerializer.Serialize(new { db = new { password = New("inside a JSON text") } }),
                    ["Initial"] = New("write-only field"),
                    ["Labels"] = new JsonObject { ["with.dot"] = Opaque("value of a map"), ["once"] = Opaque("set once", "SetOnce") },
                }),
                Resource("reader", new JsonObject { ["Name"] = "reader", ["Plain"] = Reference("Password"), ["Names"] = new JsonArray(Reference("Plain")) }),
                Resource("part", new JsonObject { ["Name"] = "part", ["Plain"] = Reference("Document", "db.password") }),
                Resource("third", new JsonObject { ["Name"] = "third", ["Plain"] = Reference("Plain", label: "reader"), ["Size"] = Reference("Token") })),
        };
    }

    private static JsonObject Resource(string label, JsonObject properties) =>
        new() { ["Label"] = label, ["Type"] = "FakeAWS::Test::Vault", ["Stack"] = "safe", ["Target"] = "eu", ["Properties"] = properties };

    private static JsonObject Reference(string property, string? json = null, string label = "vault")
    {
        var reference = new JsonObject { ["$res"] = true, ["$label"] = label, ["$type"] = "FakeAWS::Test::Vault", ["$stack"] = "safe", ["$property"] = property };
        if (json is not null)
            reference["$json"] = json;
        return reference;
    }

    private JsonObject Added(JsonNode document, string label, string why)
    {
        var added = document.DeepClone().AsObject();
        added["Resources"] = new JsonArray(Resource($"{label}-{why}", new JsonObject { ["Name"] = $"{label}-{why}", ["Password"] = _hunt.Plant($"create that fails: {why}") }));
        return added;
    }

    private JsonObject Patched(string when) => new()
    {
        ["Stacks"] = new JsonArray(new JsonObject { ["Label"] = "safe" }),
        ["Resources"] = new JsonArray(Resource("vault", new JsonObject
        {
            ["Name"] = "vault",
            ["Password"] = _hunt.Plant($"{when}: opaque field"),
            ["Items"] = new JsonArray(new JsonObject { ["Key"] = "a", ["Secret"] = _hunt.Plant($"{when}: opaque field of an element") }),
        })),
    };

    private static void Retarget(JsonNode document, string label)
    {
        foreach (var resource in document["Resources"]!.AsArray().Skip(1))
        {
            foreach (var (_, value) in resource!["Properties"]!.AsObject())
            {
                foreach (var reference in value is JsonArray array ? array.OfType<JsonObject>() : value is JsonObject one ? [one] : [])
                {
                    if (reference["$label"]?.GetValue<string>() == "vault")
                        reference["$label"] = label;
                }
            }
        }
    }

    /// <summary>Documents that are wrong around a secret: no answer repeats it.</summary>
    private async Task RefusalsAsync()
    {
        string New(string place) => _hunt.Plant($"refused: {place}");
        var head = """{"Stacks":[{"Label":"safe"}],"Targets":[{"Label":"eu","Namespace":"FakeAWS","Config":{"Region":"eu-1"}}],"Resources":[{"Label":"vault-renamed","Type":"FakeAWS::Test::Vault","Stack":"safe","Target":"eu","Properties":{"Name":"another",""";
        string Text(string place) => JsonSerializer.Serialize(New(place));
        var span = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("""{"$res":true,"$label":"reader","$type":"FakeAWS::Test::Vault","$stack":"safe","$property":"Plain","$value":""" + Text("embedded in text") + "}"));
        string With(string properties) => $"{head}{properties}{Tail}";
        string[] documents =
        [
            head + "\"Password\":" + Text("no end"),
            head + "\"Password\":" + Text("broken off")[..^3],
            With("\"Password\":" + Text("nothing between") + " " + Text("and then this")),
            With("\"Password\":" + New("without quotes")),
            With("\"Password\":{\"a\":" + Text("object for a string") + "}"),
            With("\"Password\":[" + Text("array for a string") + "]"),
            With("\"Pasword\":" + Text("unknown field")),
            With("\"Password\":" + Text("twice") + ",\"Password\":" + Text("again")),
            With("\"Items\":{\"Secret\":" + Text("object for an array") + "}"),
            With("\"Password\":{\"$value\":" + Text("said to be a hash") + ",\"$visibility\":\"Opaque\",\"$hashed\":true}"),
            With("\"Password\":{\"$sealed\":" + Text("said to be sealed") + ",\"$digest\":\"d\"}"),
            With("\"Plain\":{\"$embed\":true,\"$template\":" + JsonSerializer.Serialize($"x\u001E{span}\u001F") + "}"),
            With("\"Plain\":{\"$res\":true,\"$label\":\"nobody\",\"$type\":\"FakeAWS::Test::Vault\",\"$property\":\"Password\",\"$value\":" + Text("beside a reference to nothing") + ",\"$visibility\":\"Opaque\"}"),
            $"Stacks: [{{ Label: safe }}]\nResources:\n  - Label: x\n    Properties: {{ Password: '{New("yaml")}, b: [ }}\n",
            $"Stacks: [{{ Label: safe }}]\nResources:\n  - Label: x\n    Password: *{New("alias")[..12]}\n",
            $"Stacks: [{{ Label: safe }}]\nResources:\n  - Label: x\n   Password: {New("indented wrong")[..12]}\n",
            $"Stacks: [{{ Label: safe }}]\nResources:\n  - Label: x\n    Type: \"FakeAWS::Test::Vault\"\n    Properties: {{ Name: n, Password: !!binary {New("tagged")[..12]} }}\n",
        ];
        foreach (var document in documents)
        {
            var outcome = await _plane.SubmitAsync(document);
            Tell(document[..Math.Min(document.Length, 20)], outcome);
            Assert.True(outcome is IntakeOutcome.Refused, document);
        }

        // What cannot be changed in place of a target that holds a secret.
        var target = new JsonObject
        {
            ["Targets"] = new JsonArray(new JsonObject
            {
                ["Label"] = "closed-first",
                ["Namespace"] = "FakeAWS",
                ["Config"] = new JsonObject { ["Region"] = "eu-2", ["Login"] = new JsonObject { ["Key"] = new JsonObject { ["$value"] = New("target that changes"), ["$visibility"] = "Opaque" } } },
            }),
        };
        Tell("target", await _plane.SubmitAsync(target.ToJsonString(), simulate: true));
    }

    /// <summary>Everything that can be asked.</summary>
    private async Task LookAsync()
    {
        _hunt.Tell("inventory", JsonSerializer.Serialize(await _plane.Get<InventoryQueries>().ResourcesAsync(Query.Everything, CancellationToken.None), HttpJson.Readable.Forma));
        _hunt.Tell("targets", JsonSerializer.Serialize(await _plane.Get<InventoryQueries>().TargetsAsync(Query.Everything, CancellationToken.None), HttpJson.Readable.IReadOnlyListTarget));
        _hunt.Tell("commands", JsonSerializer.Serialize(new CommandList { Commands = await _plane.Get<CommandQueries>().ListAsync(Query.Everything, "test", 100, CancellationToken.None) }, HttpJson.Readable.CommandList));
    }

    private void NothingIsFound(string after)
    {
        var found = _hunt.Find(_plane.Folder, file => !file.StartsWith(Path.Combine(_plane.Folder, "cloud"), StringComparison.Ordinal));
        Assert.True(found.Count == 0, $"After {after}:\n{string.Join('\n', found)}");
    }

    private async Task<IntakeOutcome> AnswerAsync(JsonNode document, CommandKind kind = CommandKind.Apply, ApplyMode mode = ApplyMode.Reconcile, bool simulate = false, bool force = false)
    {
        var outcome = await _plane.SubmitAsync(document.ToJsonString(), kind, mode, simulate, OnDependents.Cascade, force);
        Tell("submit", outcome);
        return outcome;
    }

    private async Task<Command> RunAsync(JsonNode document, ApplyMode mode = ApplyMode.Reconcile, bool force = false) => await EndOfAsync(await AnswerAsync(document, mode: mode, force: force));

    private async Task<Command> EndOfAsync(IntakeOutcome outcome)
    {
        var accepted = outcome as IntakeOutcome.Accepted ?? throw new Xunit.Sdk.XunitException($"not accepted: {TextOf(outcome)}");
        var command = await _plane.EndOfAsync(accepted.Response.CommandId);
        _hunt.Tell("status", JsonSerializer.Serialize(new CommandList { Commands = [command] }, HttpJson.Readable.CommandList));
        await LookAsync();
        return command;
    }

    private void Tell(string where, IntakeOutcome outcome) => _hunt.Tell($"the answer to {where}", TextOf(outcome));

    private static string TextOf(IntakeOutcome outcome) => outcome switch
    {
        IntakeOutcome.Accepted accepted => JsonSerializer.Serialize(accepted.Response, HttpJson.Readable.SubmitCommandResponse),
        IntakeOutcome.Answered answered => JsonSerializer.Serialize(answered.Response, HttpJson.Readable.SubmitCommandResponse),
        IntakeOutcome.Refused refused => JsonSerializer.Serialize(refused.Error, HttpJson.Readable.ErrorResponse),
        _ => throw new InvalidOperationException(),
    };
}
