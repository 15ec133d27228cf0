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
}
