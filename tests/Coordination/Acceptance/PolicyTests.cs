using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Policies as documents say them, from the first apply to the last destroy.</summary>
public sealed class PolicyTests : IAsyncLifetime
{
    private const string Rest = """
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: logs, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: logs } }

        """;

    private const string Nightly = "Policies: [{ Label: nightly, Type: auto-reconcile, IntervalSeconds: 300 }]\n";

    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F169_policies_are_made_changed_attached_detached_and_taken_away_as_documents_say()
    {
        Assert.Equal(
            ["create auto-reconcile", "create ttl web", "attach auto-reconcile web"],
            await ApplyAsync("Stacks: [{ Label: web, Policies: [{ Type: ttl, TTLSeconds: 3600 }, { $ref: policy://nightly }] }]\n" + Nightly));
        var stack = await StackAsync();
        var inline = Assert.Single(Policies.InlineOf(stack));
        Assert.Matches("^web-ttl-[0-9A-Za-z]{8}$", inline.Label);
        Assert.Equal(["nightly"], Policies.ReferencedBy(stack));

        // The same again is nothing to do.
        Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Rest + "Stacks: [{ Label: web, Policies: [{ Type: ttl, TTLSeconds: 3600 }, { $ref: policy://nightly }] }]\n" + Nightly));

        Assert.Equal(["update auto-reconcile", "update ttl web"], await ApplyAsync("Stacks: [{ Label: web, Policies: [{ Type: ttl, TTLSeconds: 60 }, { $ref: policy://nightly }] }]\n" + Nightly.Replace("300", "600", StringComparison.Ordinal)));
        Assert.Equal((inline.Label, 60L), (Policies.InlineOf(await StackAsync()).Single().Label, Policies.InlineOf(await StackAsync()).Single().TtlSeconds));
        Assert.Equal(600, (await _plane.Get<PolicyStore>().FindAsync("nightly", CancellationToken.None))!.IntervalSeconds);

        Assert.Equal(["detach auto-reconcile web"], await ApplyAsync("Stacks: [{ Label: web }]\n", ApplyMode.Patch));
        Assert.Equal(["delete ttl web"], await ApplyAsync("Stacks: [{ Label: web }]\n"));
        Assert.Null((await StackAsync()).Policies);
        Assert.NotNull(await _plane.Get<PolicyStore>().FindAsync("nightly", CancellationToken.None));
    }

    [Fact]
    public async Task F084_a_policy_by_itself_is_destroyed_unless_a_stack_refers_to_it()
    {
        await ApplyAsync("Stacks: [{ Label: web, Policies: [{ $ref: policy://nightly }] }]\n" + Nightly);

        var skipped = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Nightly, CommandKind.Destroy));
        Assert.False(skipped.Response.Simulation.ChangesRequired);
        var skip = Assert.Single(skipped.Response.Simulation.Command.PolicyUpdates!);
        Assert.Equal(("skip", "nightly", "web"), (skip.Operation, skip.PolicyLabel, Assert.Single(skip.ReferencingStacks!)));
        Assert.NotNull(await _plane.Get<PolicyStore>().FindAsync("nightly", CancellationToken.None));

        await ApplyAsync("Stacks: [{ Label: web }]\n");
        ControlPlane.Succeeded(await _plane.RunAsync(Nightly, CommandKind.Destroy));
        Assert.Null(await _plane.Get<PolicyStore>().FindAsync("nightly", CancellationToken.None));
        Assert.Single(await _plane.InventoryAsync());
    }

    [Fact]
    public async Task A_policy_goes_with_the_stack_that_refers_to_it()
    {
        const string stacks = "Stacks: [{ Label: web, Policies: [{ $ref: policy://nightly }] }]\n";
        await ApplyAsync(stacks + Nightly);

        ControlPlane.Succeeded(await _plane.RunAsync(Rest + stacks + Nightly, CommandKind.Destroy));

        Assert.Empty(await _plane.Get<StackStore>().ListAsync(CancellationToken.None));
        Assert.Empty(await _plane.Get<PolicyStore>().ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_policy_that_is_nowhere_is_refused_where_it_is_referred_to()
    {
        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync("Stacks:\n  - Label: web\n    Policies: [{ $ref: policy://nobody }]\n" + Rest));

        Assert.Equal((400, ErrorCodes.InvalidForma), (refused.Status, refused.Error.Error));
        Assert.Equal((DiagnosticCodes.PolicyNotFound, 3), (Assert.Single(refused.Error.Diagnostics!).Code, refused.Error.Diagnostics![0].Line));
    }

    private async Task<IEnumerable<string>> ApplyAsync(string document, ApplyMode mode = ApplyMode.Reconcile)
    {
        var command = await _plane.RunAsync(Rest + document, mode: mode);
        ControlPlane.Succeeded(command);
        return (command.PolicyUpdates ?? []).Select(update => $"{update.Operation} {update.PolicyType} {update.StackLabel}".TrimEnd());
    }

    private async Task<Stack> StackAsync() => Assert.Single(await _plane.Get<StackStore>().ListAsync(CancellationToken.None));
}
