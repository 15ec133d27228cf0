using System.Text.Json;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A reconcile does not undo what others did since the last one, unless it is told to.</summary>
public sealed class DriftTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16, Tags: [{ Key: env, Value: dev }] } }
        """;

    private const string Another = """
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: logs } }
        """;

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F056_a_change_from_outside_that_was_seen_refuses_a_reconcile_with_old_new_and_patch()
    {
        var before = Assert.Single(await _plane.Get<ResourceStore>().ReadStackAsync("web", CancellationToken.None));
        var seen = before with { Properties = JsonElement.Parse(before.Properties!.Value.GetRawText().Replace("dev", "oob", StringComparison.Ordinal)) };
        await _plane.Get<ResourceStore>().PutAsync(seen, before, "update", "synchronisation", CancellationToken.None);

        foreach (var simulate in new[] { true, false })
        {
            var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document, simulate: simulate));

            Assert.Equal((409, ErrorCodes.ReconcileRejected), (refused.Status, refused.Error.Error));
            var modified = Assert.Single(refused.Error.Data!.Value.GetProperty("ModifiedStacks").GetProperty("web").GetProperty("ModifiedResources").EnumerateArray());
            Assert.Equal(("web", "FakeAWS::EC2::VPC", "vpc", "update"), (Text(modified, "Stack"), Text(modified, "Type"), Text(modified, "Label"), Text(modified, "Operation")));
            Assert.Equal("""[{"op":"replace","path":"/Tags/0/Value","value":"oob"}]""", modified.GetProperty("PatchDocument").GetRawText());
            Assert.Equal(("oob", "dev"), (TagOf(modified.GetProperty("Properties")), TagOf(modified.GetProperty("OldProperties"))));
        }
    }

    [Fact]
    public async Task F057_what_a_patch_changed_refuses_a_reconcile_that_does_not_say_it()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Value: dev", "Value: patched", StringComparison.Ordinal), mode: ApplyMode.Patch));

        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document));

        Assert.Equal(ErrorCodes.ReconcileRejected, refused.Error.Error);
        Assert.Equal("patched", TagOf((await VpcAsync()).Properties!.Value));
    }

    [Fact]
    public async Task F058_a_document_that_says_what_was_done_is_accepted_also_with_new_resources()
    {
        var patched = Document.Replace("Value: dev", "Value: patched", StringComparison.Ordinal);
        ControlPlane.Succeeded(await _plane.RunAsync(patched, mode: ApplyMode.Patch));

        var command = await _plane.RunAsync($"{patched}\n{Another}");

        ControlPlane.Succeeded(command);
        Assert.Equal(["create logs"], command.ResourceUpdates!.Select(update => $"{update.Operation} {update.ResourceLabel}"));

        // From here on it is the reconciled state, and going back is an ordinary change.
        ControlPlane.Succeeded(await _plane.RunAsync($"{Document}\n{Another}"));
    }

    [Fact]
    public async Task F059_force_overwrites_what_others_did_and_is_the_new_baseline()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Value: dev", "Value: patched", StringComparison.Ordinal), mode: ApplyMode.Patch));

        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document, force: true));

        ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.Response.CommandId));
        Assert.Equal("dev", TagOf((await VpcAsync()).Properties!.Value));
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Value: dev", "Value: prod", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_a_reconcile_wrote_that_failed_half_way_is_no_drift()
    {
        _plane.Cloud.Inject(new Formae.Plugins.FakeAws.Injection { ResourceType = "FakeAWS::S3::Bucket", Code = "AccessDenied", Count = 1 });
        var changed = Document.Replace("Value: dev", "Value: prod", StringComparison.Ordinal);
        Assert.Equal(States.Failed, (await _plane.RunAsync($"{changed}\n{Another}")).State);

        ControlPlane.Succeeded(await _plane.RunAsync($"{Document}\n{Another}"));
    }

    private async Task<Resource> VpcAsync() => (await _plane.InventoryAsync()).Single(resource => resource.Label == "vpc");

    private static string? TagOf(JsonElement properties) => properties.GetProperty("Tags")[0].GetProperty("Value").GetString();

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
