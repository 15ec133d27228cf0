using System.Text.Json;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A stack with a policy is put back to its last reconcile because somebody asks for it.</summary>
public sealed class ForcedReconcileTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16, Tags: [{ Key: env, Value: dev }] } }
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: logs } }
        """;

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F168_without_a_policy_it_is_forbidden_on_a_busy_stack_a_conflict_and_else_restores_the_last_reconcile()
    {
        Assert.Equal((403, ErrorCodes.ReconcilePolicyRequired), await RefusedAsync());

        _plane.Cloud.CloseGate();
        var running = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document.Replace("Value: dev", "Value: prod", StringComparison.Ordinal)));
        Assert.Equal((409, ErrorCodes.ConflictingCommands), await RefusedAsync());
        _plane.Cloud.OpenGate();
        ControlPlane.Succeeded(await _plane.EndOfAsync(running.Response.CommandId));

        await AllowAsync();
        var nothing = await _plane.ReconcileAsync("web");
        Assert.Equal((200, null), (nothing.Status, nothing.Answer!.CommandId));
        Assert.NotNull(nothing.Answer.Message);

        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Value: dev", "Value: patched", StringComparison.Ordinal), mode: ApplyMode.Patch));
        var started = await _plane.ReconcileAsync("web");
        Assert.Equal(202, started.Status);
        var command = await _plane.EndOfAsync(started.Answer!.CommandId!);
        ControlPlane.Succeeded(command);
        Assert.Equal(("apply", "reconcile", "user"), (command.Kind, command.Mode, command.Source));
        Assert.Equal("prod", (await FindAsync("vpc")).Properties!.Value.GetProperty("Tags")[0].GetProperty("Value").GetString());
    }

    [Fact]
    public async Task What_was_destroyed_on_purpose_does_not_come_back()
    {
        await AllowAsync();
        var destroyed = Assert.IsType<IntakeOutcome.Accepted>(await _plane.DestroyAsync("label:logs"));
        ControlPlane.Succeeded(await _plane.EndOfAsync(destroyed.Response.CommandId));

        Assert.Equal(200, (await _plane.ReconcileAsync("web")).Status);

        Assert.Equal(["vpc"], (await _plane.InventoryAsync()).Select(resource => resource.Label));
    }

    [Fact]
    public async Task A_stack_that_is_not_there_is_not_found() => Assert.Equal(404, (await _plane.ReconcileAsync("never")).Status);

    private async Task<(int, string)> RefusedAsync()
    {
        var outcome = await _plane.ReconcileAsync("web");
        return (outcome.Status, outcome.Error!.Error);
    }

    private Task AllowAsync() => _plane.Get<StackStore>().SetPoliciesAsync("web", _ => [JsonElement.Parse("""{"Type":"auto-reconcile","IntervalSeconds":300}""")], _cancellation);

    private async Task<Resource> FindAsync(string label) => (await _plane.InventoryAsync()).Single(resource => resource.Label == label);
}
