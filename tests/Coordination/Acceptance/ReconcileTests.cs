using Formae.Coordination.Intake;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What the two modes of an apply do with what is there, what is left out, and what is named otherwise.</summary>
public sealed class ReconcileTests : IAsyncLifetime
{
    private const string Head = """
        Stacks: [{ Label: web }, { Label: app }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }, { Label: us, Namespace: FakeAWS, Config: { Region: us-1 } }]
        Resources:

        """;

    private const string Logs = "  - { Label: logs, Type: \"FakeAWS::S3::Bucket\", Stack: web, Target: eu, Properties: { BucketName: logs } }\n";
    private const string Vpc = "  - { Label: vpc, Type: \"FakeAWS::EC2::VPC\", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16 } }\n";
    private const string Other = "  - { Label: other, Type: \"FakeAWS::S3::Bucket\", Stack: app, Target: eu, Properties: { BucketName: other } }\n";

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync();
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Logs + Vpc + Other));
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F039_a_change_of_a_create_only_field_replaces_the_object_under_its_identity()
    {
        var before = await FindAsync("vpc");

        var command = await _plane.RunAsync(Head + Logs + Vpc.Replace("10.0", "10.9", StringComparison.Ordinal) + Other);

        ControlPlane.Succeeded(command);
        Assert.Equal(["delete vpc", "create vpc"], Operations(command));
        var halves = command.ResourceUpdates!;
        Assert.True(halves[0].GroupId is not null && halves[0].GroupId == halves[1].GroupId);
        Assert.Equal("""[{"op":"replace","path":"/CidrBlock","value":"10.9.0.0/16"}]""", halves[0].CreateOnlyPatch!.Value.GetRawText());
        var after = await FindAsync("vpc");
        Assert.Equal(before.Ksuid, after.Ksuid);
        Assert.NotEqual(before.NativeId, after.NativeId);
    }

    [Fact]
    public async Task F046_a_resource_left_out_of_a_reconcile_is_deleted()
    {
        var command = await _plane.RunAsync(Head + Logs + Other);

        ControlPlane.Succeeded(command);
        Assert.Equal(["delete vpc"], Operations(command));
        Assert.Equal(["logs", "other"], await LabelsAsync());
    }

    [Fact]
    public async Task F047_a_patch_deletes_nothing()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Head + Logs.Replace("BucketName: logs", "BucketName: logs, Acl: PublicRead", StringComparison.Ordinal), mode: ApplyMode.Patch));

        Assert.Equal(["logs", "other", "vpc"], await LabelsAsync());
    }

    [Fact]
    public async Task F048_another_stack_is_left_alone()
    {
        var command = await _plane.RunAsync(Head + Logs);

        Assert.Equal(["delete vpc"], Operations(command));
        Assert.Equal(["logs", "other"], await LabelsAsync());
    }

    [Fact]
    public async Task F049_a_stack_that_is_declared_without_resources_is_not_emptied()
    {
        var outcome = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Head + Other));

        Assert.False(outcome.Response.Simulation.ChangesRequired);
        Assert.Equal(["logs", "other", "vpc"], await LabelsAsync());
    }

    [Fact]
    public async Task F050_a_patch_of_a_stack_that_does_not_exist_is_refused() =>
        await RefusedAsync(422, ErrorCodes.PatchRejected, Head.Replace("app", "new", StringComparison.Ordinal) + Other.Replace("app", "new", StringComparison.Ordinal), ApplyMode.Patch);

    [Theory]
    [InlineData(ApplyMode.Reconcile)]
    [InlineData(ApplyMode.Patch)]
    public async Task F051_a_new_stack_without_resources_is_refused(ApplyMode mode) => await RefusedAsync(422, ErrorCodes.EmptyStackRejected, "Stacks: [{ Label: new }]", mode);

    [Fact]
    public async Task F052_a_stack_that_nobody_knows_is_refused() =>
        await RefusedAsync(400, ErrorCodes.StackReferenceNotFound, Head + Logs.Replace("Stack: web", "Stack: wbe", StringComparison.Ordinal), ApplyMode.Reconcile);

    [Fact]
    public async Task F053_a_target_that_nobody_knows_is_refused() =>
        await RefusedAsync(400, ErrorCodes.TargetReferenceNotFound, Head + Logs.Replace("Target: eu", "Target: ue", StringComparison.Ordinal), ApplyMode.Reconcile);

    [Fact]
    public async Task F063_a_new_label_without_an_alias_is_a_delete_and_a_create()
    {
        var command = await _plane.RunAsync(Head + Logs.Replace("Label: logs", "Label: journal", StringComparison.Ordinal).Replace("BucketName: logs", "BucketName: journal", StringComparison.Ordinal) + Vpc);

        ControlPlane.Succeeded(command);
        Assert.Equal(["create journal", "delete logs"], Operations(command).Order());
        Assert.Equal(["journal", "other", "vpc"], await LabelsAsync());
    }

    [Fact]
    public async Task F066_the_same_label_on_another_target_is_deleted_here_and_created_there()
    {
        var before = await FindAsync("logs");

        var command = await _plane.RunAsync(Head + Logs.Replace("Target: eu", "Target: us", StringComparison.Ordinal) + Vpc);

        ControlPlane.Succeeded(command);
        Assert.Equal(["delete logs", "create logs"], Operations(command));
        var after = await FindAsync("logs");
        Assert.Equal(("us", before.Ksuid), (after.Target, after.Ksuid));
        Assert.Equal("us-1", after.ReadOnlyProperties!.Value.GetProperty("Region").GetString());
    }

    [Fact]
    public async Task F079_a_destroy_by_document_takes_what_it_names()
    {
        var command = await _plane.RunAsync(Head + Logs, CommandKind.Destroy);

        ControlPlane.Succeeded(command);
        Assert.Equal(["delete logs"], Operations(command));
        Assert.Equal(["other", "vpc"], await LabelsAsync());
    }

    [Fact]
    public async Task F080_a_destroy_by_query_takes_what_matches_and_knows_no_field_managed()
    {
        var accepted = Assert.IsType<IntakeOutcome.Accepted>(await _plane.DestroyAsync("type:*::Bucket"));

        ControlPlane.Succeeded(await _plane.EndOfAsync(accepted.Response.CommandId));
        Assert.Equal(["vpc"], await LabelsAsync());
        Assert.Equal(ErrorCodes.InvalidQuery, Assert.IsType<IntakeOutcome.Refused>(await _plane.DestroyAsync("managed:true")).Error.Error);
    }

    private async Task RefusedAsync(int status, string code, string document, ApplyMode mode)
    {
        foreach (var simulate in new[] { true, false })
        {
            var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(document, mode: mode, simulate: simulate));
            Assert.Equal((status, code), (refused.Status, refused.Error.Error));
        }
    }

    private static IEnumerable<string> Operations(Command command) => command.ResourceUpdates!.Select(update => $"{update.Operation} {update.ResourceLabel}");

    private async Task<Model.Resource> FindAsync(string label) => (await _plane.InventoryAsync()).Single(resource => resource.Label == label);

    private async Task<IEnumerable<string>> LabelsAsync() => (await _plane.InventoryAsync()).Select(resource => resource.Label).Order();
}
