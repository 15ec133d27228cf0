using System.Text.Json;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What a document may do to a target that is there.</summary>
public sealed class TargetPlanTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: logs } }
        """;

    private const string Vpc = "\n  - { Label: vpc, Type: \"FakeAWS::EC2::VPC\", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16 } }";

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F072_a_target_keeps_its_namespace()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync("Targets: [{ Label: eu, Namespace: Other, Config: { Region: eu-1 } }]"));

        Assert.Equal((409, ErrorCodes.TargetAlreadyExists, "namespace"), (refused.Status, refused.Error.Error, refused.Error.Data!.Value.GetProperty("MismatchType").GetString()));
    }

    [Fact]
    public async Task F073_a_target_with_what_cannot_be_made_elsewhere_is_not_replaced()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document + Vpc));

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document.Replace("eu-1", "us-1", StringComparison.Ordinal) + Vpc));

        Assert.Equal((409, ErrorCodes.NonPortableResources), (refused.Status, refused.Error.Error));
        Assert.Equal("""{"TargetLabel":"eu","Resources":["web/FakeAWS::EC2::VPC/vpc"]}""", refused.Error.Data!.Value.GetRawText());
        Assert.Equal(2, (await _plane.InventoryAsync()).Count);
    }

    [Fact]
    public async Task F077_a_target_is_given_up_after_an_hour_at_the_least()
    {
        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document.Replace("Config: { Region: eu-1 }", "Config: { Region: eu-1 }, Reaping: { Kind: after, MaxUnreachableSeconds: 60 }", StringComparison.Ordinal)));

        Assert.Equal((400, ErrorCodes.InvalidForma), (refused.Status, refused.Error.Error));
        Assert.Equal((DiagnosticCodes.ReapingTooShort, 2), (refused.Error.Diagnostics![0].Code, refused.Error.Diagnostics[0].Line));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_config_that_the_plugin_could_not_work_with_is_refused_before_anything_is_stored(bool simulate)
    {
        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(
            Document.Replace("Config: { Region: eu-1 }", "Config: { Regoin: eu-1, LatencyMs: [1] }", StringComparison.Ordinal), simulate: simulate));

        Assert.Equal((400, ErrorCodes.InvalidForma), (refused.Status, refused.Error.Error));
        Assert.Equal(
            [(DiagnosticCodes.UnknownProperty, "Targets[0].Config.Regoin", 2, 62), (DiagnosticCodes.WrongPropertyType, "Targets[0].Config.LatencyMs", 2, 79)],
            refused.Error.Diagnostics!.Select(wrong => (wrong.Code, wrong.Path, wrong.Line!.Value, wrong.Column!.Value)));
        Assert.Contains("Did you mean 'Region'?", refused.Error.Diagnostics![0].Summary, StringComparison.Ordinal);
        Assert.Null(await _plane.Get<TargetStore>().FindAsync("eu", CancellationToken.None));
        Assert.Empty(await _plane.Get<StackStore>().ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_stored_target_that_fits_no_longer_hinders_nothing_else()
    {
        await _plane.Get<TargetStore>().PutAsync(new Target { Label = "old", Namespace = "FakeAWS", Config = JsonElement.Parse("""{"Regoin":7}"""), Version = 1 }, CancellationToken.None);

        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        Assert.IsNotType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document.Replace("Target: eu", "Target: old", StringComparison.Ordinal), simulate: true));
    }

    [Fact]
    public async Task A_field_that_the_plugin_says_to_be_a_secret_is_stored_as_one_however_it_is_written()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Config: { Region: eu-1 }", "Config: { Region: eu-1, Token: plain-as-day }", StringComparison.Ordinal)));

        var stored = (await _plane.Get<TargetStore>().FindAsync("eu", CancellationToken.None))!.Config!.Value;
        Assert.DoesNotContain("plain-as-day", stored.GetRawText(), StringComparison.Ordinal);
        Assert.True(Envelope.IsSealed(stored.GetProperty("Token")), stored.GetRawText());
        Assert.Contains(_plane.Sent, request => request.TargetConfig is { } sent && sent.TryGetProperty("Token", out _));
        Assert.DoesNotContain(_plane.Sent, request => request.TargetConfig?.GetRawText().Contains("plain-as-day", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task F078_a_simulated_replace_warns_of_unmanaged_resources_that_will_not_be_seen()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        foreach (var label in new[] { "a", "b" })
        {
            var found = new Resource { Ksuid = _plane.Get<KsuidSource>().Next(), Type = "FakeAWS::S3::Bucket", Label = label, Stack = Stack.Unmanaged, Target = "eu", NativeId = label };
            await _plane.Get<ResourceStore>().PutAsync(found, null, "create", "discovery", CancellationToken.None);
        }

        var simulation = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Document.Replace("eu-1", "us-1", StringComparison.Ordinal), simulate: true)).Response.Simulation;

        Assert.Equal(["The target 'eu' is replaced, and 2 unmanaged resources on it will not be seen until discovered again."], simulation.Warnings);
        Assert.Equal(["delete eu", "create eu"], simulation.Command.TargetUpdates!.Select(update => $"{update.Operation} {update.TargetLabel}"));
        Assert.Equal(["delete logs", "create logs"], simulation.Command.ResourceUpdates!.Select(update => $"{update.Operation} {update.ResourceLabel}"));
    }

    [Theory]
    [InlineData(ApplyMode.Reconcile)]
    [InlineData(ApplyMode.Patch)]
    public async Task F074_a_document_with_another_config_moves_every_portable_resource_of_whatever_stack(ApplyMode mode)
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("web", "app", StringComparison.Ordinal).Replace("logs", "other", StringComparison.Ordinal)));
        var before = (await _plane.InventoryAsync()).ToDictionary(resource => resource.Label);

        var command = await _plane.RunAsync(Document.Replace("eu-1", "us-1", StringComparison.Ordinal), mode: mode);

        ControlPlane.Succeeded(command);
        var targets = command.TargetUpdates!.ToDictionary(update => update.Operation, update => update.StartTs);
        var starts = command.ResourceUpdates!.ToLookup(update => update.Operation, update => update.StartedAt);
        Assert.Equal((2, 2), (starts["delete"].Count(), starts["create"].Count()));
        Assert.True(starts["delete"].Max() <= targets["delete"] && targets["delete"] <= targets["create"] && targets["create"] <= starts["create"].Min());
        var after = (await _plane.InventoryAsync()).ToDictionary(resource => resource.Label);
        Assert.Equal(["logs", "other"], after.Keys.Order());
        Assert.All(after.Values, resource => Assert.Equal(("us-1", before[resource.Label].Ksuid), (resource.ReadOnlyProperties!.Value.GetProperty("Region").GetString(), resource.Ksuid)));
        Assert.All(after.Values, resource => Assert.NotEqual(before[resource.Label].NativeId, resource.NativeId));
        Assert.Equal(2, (await _plane.Get<TargetStore>().FindAsync("eu", CancellationToken.None))!.Version);

        // And what was applied is what there is.
        Assert.False(Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Document.Replace("eu-1", "us-1", StringComparison.Ordinal), simulate: true, force: true)).Response.Simulation.ChangesRequired);
    }

    [Fact]
    public async Task F071_a_document_of_a_target_alone_creates_updates_and_replaces_it()
    {
        const string Alone = "Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1, LatencyMs: 0 }, ConfigSchema: { Hints: { LatencyMs: { CreateOnly: false } } } }]";

        var operations = new List<string>();
        foreach (var document in new[] { Alone, Alone.Replace("LatencyMs: 0", "LatencyMs: 1", StringComparison.Ordinal), Alone.Replace("eu-1", "us-1", StringComparison.Ordinal) })
        {
            var command = await _plane.RunAsync(document);
            ControlPlane.Succeeded(command);
            operations.Add(string.Join(' ', command.TargetUpdates!.Select(update => update.Operation)));
        }

        Assert.Equal(["create", "update", "delete create"], operations);
        Assert.Equal("us-1", (await _plane.Get<TargetStore>().FindAsync("eu", CancellationToken.None))!.Config!.Value.GetProperty("Region").GetString());
    }
}
