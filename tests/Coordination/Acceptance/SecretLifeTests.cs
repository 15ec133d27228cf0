using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Coordination.Catalog;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Secrets;
using Formae.Coordination.Storage;
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
    private readonly SecretHunt _hunt = new();
    private readonly Vaults _vaults = new();
    private readonly SecretDocuments _documents;
    private ControlPlane _plane = null!;
    private SecretViews _views = null!;

    public SecretLifeTests() => _documents = new SecretDocuments(_hunt);

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync(new Seams { Logs = _hunt.Logs, Define = _vaults.Define }, ("Formae:Operations:RetryDelaySeconds", "0.01"));
        _views = new SecretViews(_plane, _hunt);
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
        var first = _documents.Document("first");
        await AnswerAsync(first, simulate: true);
        await CreateOverARestartAsync(first);
        Assert.IsType<IntakeOutcome.Answered>(await AnswerAsync(first));
        NothingIsFound("create");

        // Everything else, changed and failing.
        var second = _documents.Document("second");
        foreach (var wrong in (string[])["problem", "exception"])
        {
            _vaults.Wrong = wrong;
            var failed = await RunAsync(second);
            Assert.Equal(States.Failed, failed.State);
            Assert.Contains("***", string.Concat(failed.ResourceUpdates!.Select(update => update.ErrorMessage)), StringComparison.Ordinal);
            Assert.Equal(States.Failed, (await RunAsync(_documents.Added(second, "new", wrong), mode: ApplyMode.Patch)).State);
        }

        NothingIsFound("failures");
        _vaults.Wrong = null;
        ControlPlane.Succeeded(await RunAsync(second, force: true));
        ControlPlane.Succeeded(await RunAsync(_documents.Patched("patched"), mode: ApplyMode.Patch));
        NothingIsFound("update and patch");
        await ChangedOutsideAsync(second);
        NothingIsFound("changes from outside");
        await RolledBackAsync(second);
        NothingIsFound("rollback");
        await NamedAsync();
        NothingIsFound("named secrets");

        // Renamed, then replaced, then read back and applied as it was read.
        var third = _documents.Document("third");
        third["Resources"]![0]!["Label"] = "vault-renamed";
        third["Resources"]![0]!["Alias"] = "vault";
        SecretDocuments.Retarget(third, "vault-renamed");
        ControlPlane.Succeeded(await RunAsync(third, force: true));
        third["Resources"]![0]!.AsObject().Remove("Alias");
        third["Resources"]![0]!["Properties"]!["Name"] = "another";
        ControlPlane.Succeeded(await RunAsync(third));
        await _views.LookAsync();
        NothingIsFound("rename and replace");

        await RefusalsAsync();
        NothingIsFound("refusals");
        Assert.True(await _plane.Get<SecretBackfill>().RunAsync(CancellationToken.None));
        ControlPlane.Succeeded(await EndOfAsync(await AnswerAsync(third, CommandKind.Destroy)));
        await _views.LookAsync();
        await _plane.RestartAsync();
        NothingIsFound("destroy");
        Assert.True(_hunt.LogLines > 20, "The logs were not heard.");
        Assert.Empty(_views.Silent);
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

    /// <summary>Somebody else changes secrets in the cloud: it is seen, told, and put right.</summary>
    private async Task ChangedOutsideAsync(JsonNode document)
    {
        string New(string place) => _hunt.Plant($"outside: {place}");
        var (id, vault) = _vaults.Live.First(one => one.Value.Name == "vault");
        _vaults.Live[id] = vault with
        {
            Password = New("opaque field"),
            Plain = New("opaque envelope"),
            Level = new VaultLevel { Name = New("envelope in an object"), Pin = New("opaque field of an object") },
            Keys = new VaultKeys { User = New("object as a secret"), Secret = New("object as a secret, again") },
            Names = ["plain", New("element of a list")],
            Marks = [New("element of a set"), "plain"],
            Items = [new VaultItem { Key = "a", Secret = New("opaque field of an element"), Value = "changed" }, new VaultItem { Key = "b", Value = New("envelope in an element") }],
            Document = JsonSerializer.Serialize(new { db = new { password = New("inside a JSON text") } }),
            Labels = new Dictionary<string, string> { ["with.dot"] = New("value of a map"), ["once"] = New("set once") },
            Token = New("token that the cloud made"),
        };
        await SynchronizedAsync();
        NothingIsFound("synchronisation");
        Assert.IsType<IntakeOutcome.Refused>(await AnswerAsync(document, simulate: true));
        Assert.IsType<IntakeOutcome.Refused>(await AnswerAsync(document));

        // What the secrets were nobody knows any more: they are put right by the document, the rest without one.
        Assert.Equal(400, (await ReconciledAsync()).Status);
        NothingIsFound("refused reconcile");
        ControlPlane.Succeeded(await RunAsync(document, force: true));
        _vaults.Live[id] = _vaults.Live[id] with { Size = "changed" };
        await SynchronizedAsync();
        var started = await ReconciledAsync();
        Assert.True(started.Status is 202, $"{started.Status} {started.Text}");
        ControlPlane.Succeeded(await EndOfAsync(started.As(HttpJson.Default.ReconcileAnswer).CommandId!));
        Assert.Equal("second", _vaults.Live[id].Size);
    }

    private async Task SynchronizedAsync()
    {
        var known = await VersionOfAsync("vault");
        Assert.Equal(200, (await _views.PostAsync("/api/v1/admin/synchronize")).Status);
        await _plane.EndOfSynchronizationAsync();
        Assert.NotEqual(known, await VersionOfAsync("vault"));
        await _views.LookAsync();
    }

    private async Task<HttpAnswer> ReconciledAsync()
    {
        await _plane.Get<StackStore>().SetPoliciesAsync("safe", _ => [JsonElement.Parse("""{"Type":"auto-reconcile","IntervalSeconds":300}""")], CancellationToken.None);
        return await _views.PostAsync("/api/v1/stacks/safe/reconcile");
    }

    /// <summary>Back to where the secrets were the same, and to where they were not.</summary>
    private async Task RolledBackAsync(JsonNode document)
    {
        var changed = document.DeepClone();
        changed["Resources"]![0]!["Properties"]!["Size"] = "larger";
        var good = (await _plane.Get<CommandQueries>().ListAsync(Query.Everything, "test", 1, CancellationToken.None))[0].CommandId;
        ControlPlane.Succeeded(await RunAsync(changed));
        (string, string)[] back = [("command", "rollback"), ("stack", "safe"), ("to", good)];
        var simulated = await _views.PostAsync("/api/v1/commands", [.. back, ("simulate", "true")]);
        Assert.True(simulated.Status is 200, $"{simulated.Status} {simulated.Text}");
        var started = await _views.PostAsync("/api/v1/commands", back);
        Assert.True(started.Status is 202, $"{started.Status} {started.Text}");
        ControlPlane.Succeeded(await EndOfAsync(started.As(HttpJson.Default.SubmitCommandResponse).CommandId));

        var first = (await _plane.Get<CommandQueries>().ListAsync(Query.Everything, "test", 100, CancellationToken.None))[^1].CommandId;
        var refused = await _views.PostAsync("/api/v1/commands", ("command", "rollback"), ("stack", "safe"), ("to", first));
        Assert.True(refused.Status is >= 400 and < 500, $"{refused.Status} {refused.Text}");
    }

    /// <summary>Secrets that come beside the document: in fields of the form, where they belong, and where they do not.</summary>
    private async Task NamedAsync()
    {
        string New(string place) => _hunt.Plant($"named: {place}");
        const string document = """
            Properties: { name: { Default: named }, pin: { Type: Int, Flag: password, Default: 1 } }
            Stacks: [{ Label: safe }]
            Targets: [{ Label: named, Namespace: FakeAWS, Config: { Region: eu-1, Token: "${auth:theirs}" } }]
            Resources: [{ Label: named, Type: "FakeAWS::Test::Vault", Stack: safe, Target: named, Properties: { Name: "${property:name}", Size: "size ${property:pin}", Password: "${secret:theirs}", Plain: "${secret:theirs}" } }]
            """;
        async Task<HttpAnswer> PostAsync(string query, params (string, string)[] more) =>
            await _views.PostAsync($"/api/v1/commands{query}", [("command", "apply"), ("mode", "patch"), ("file", document), .. more]);
        (string, string)[] secrets = [("secret:theirs", New("secret")), ("auth:theirs", New("credential"))];
        foreach (var refused in (HttpAnswer[])[
            await PostAsync($"?secret:theirs={Uri.EscapeDataString(New("secret in the address"))}"),
            await PostAsync("", ("secret:another", New("secret of another name")), ("auth:another", New("credential of another name"))),
            await PostAsync("", [.. secrets, ("prop:pin", New("parameter of another type"))])])
        {
            Assert.True(refused.Status is 400, $"{refused.Status} {refused.Text}");
        }

        var simulated = await PostAsync("", [.. secrets, ("simulate", "true")]);
        Assert.True(simulated.Status is 200, $"{simulated.Status} {simulated.Text}");
        var started = await PostAsync("", secrets);
        Assert.True(started.Status is 202, $"{started.Status} {started.Text}");
        ControlPlane.Succeeded(await EndOfAsync(started.As(HttpJson.Default.SubmitCommandResponse).CommandId));
    }

    private async Task<string> VersionOfAsync(string label) =>
        (await _plane.Get<ResourceStore>().ReadStackAsync("safe", CancellationToken.None)).Single(resource => resource.Label == label).Version!;

    /// <summary>Documents that are wrong around a secret: no answer repeats it.</summary>
    private async Task RefusalsAsync()
    {
        foreach (var document in _documents.Wrong())
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
                ["Config"] = new JsonObject { ["Region"] = "eu-2", ["Login"] = new JsonObject { ["Key"] = new JsonObject { ["$value"] = _hunt.Plant("refused: target that changes"), ["$visibility"] = "Opaque" } } },
            }),
        };
        Tell("target", await _plane.SubmitAsync(target.ToJsonString(), simulate: true));
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
        return await EndOfAsync(accepted.Response.CommandId);
    }

    private async Task<Command> EndOfAsync(string commandId)
    {
        _views.Know(commandId);
        var command = await _plane.EndOfAsync(commandId);
        _hunt.Tell("status", JsonSerializer.Serialize(new CommandList { Commands = [command] }, HttpJson.Readable.CommandList));
        await _views.LookAsync();
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
