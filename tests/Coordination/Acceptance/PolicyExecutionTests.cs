using Formae.Coordination.Commands;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;
using PolicyOperation = Formae.Engine.Planning.PolicyOperation;
using PolicyUpdate = Formae.Engine.Planning.PolicyUpdate;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What is planned for policies is written, and the stacks they belong to keep all else.</summary>
public sealed class PolicyExecutionTests : IAsyncLifetime
{
    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
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
    public async Task Policies_alone_are_a_command_without_groups_that_ends_at_once()
    {
        var before = await StackAsync();

        var command = await _plane.RunAsync(new Plan
        {
            Policies =
            [
                new PolicyUpdate { Operation = PolicyOperation.Create, Policy = Shared(3600) },
                new PolicyUpdate { Operation = PolicyOperation.Attach, Policy = Shared(3600), Stack = "web" },
                new PolicyUpdate { Operation = PolicyOperation.Create, Policy = Inline(300), Stack = "web" },
            ],
        }, "web");

        Assert.Equal(States.Success, command.State);
        Assert.Equal(["create", "attach", "create"], command.PolicyUpdates!.Select(update => update.Operation));
        Assert.All(command.PolicyUpdates!, update => Assert.Equal(States.Success, update.State));
        Assert.Equal(3600, command.PolicyUpdates![0].PolicyConfig!.Value.GetProperty("TTLSeconds").GetInt64());
        Assert.Equal(3600, (await _plane.Get<PolicyStore>().FindAsync("day", _cancellation))!.TtlSeconds);
        var after = await StackAsync();
        Assert.Equal((before.Id, before.CreatedAt), (after.Id, after.CreatedAt));
        Assert.Equal(["day"], Policies.ReferencedBy(after));
        Assert.Equal(300, Assert.Single(Policies.InlineOf(after)).IntervalSeconds);
    }

    [Fact]
    public async Task A_described_stack_keeps_its_policies_its_id_and_its_first_time()
    {
        await CarryOutAsync(new PolicyUpdate { Operation = PolicyOperation.Create, Policy = Inline(300), Stack = "web" });
        var before = await StackAsync();

        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Stacks: [{ Label: web }]", "Stacks: [{ Label: web, Description: text }]", StringComparison.Ordinal), mode: ApplyMode.Patch));

        var after = await StackAsync();
        Assert.Equal(("text", before.Id, before.CreatedAt), (after.Description, after.Id, after.CreatedAt));
        Assert.Equal(300, Assert.Single(Policies.InlineOf(after)).IntervalSeconds);
    }

    [Fact]
    public async Task What_is_done_twice_is_there_once()
    {
        PolicyUpdate[] updates =
        [
            new PolicyUpdate { Operation = PolicyOperation.Create, Policy = Shared(3600) },
            new PolicyUpdate { Operation = PolicyOperation.Attach, Policy = Shared(3600), Stack = "web" },
            new PolicyUpdate { Operation = PolicyOperation.Create, Policy = Inline(300), Stack = "web" },
        ];
        await CarryOutAsync(updates);
        await CarryOutAsync(updates);
        Assert.Equal(2, (await StackAsync()).Policies!.Count);

        await CarryOutAsync(new PolicyUpdate { Operation = PolicyOperation.Update, Policy = Inline(900), Stack = "web", Existing = Inline(300) });
        Assert.Equal(900, Assert.Single(Policies.InlineOf(await StackAsync())).IntervalSeconds);

        PolicyUpdate[] gone =
        [
            new PolicyUpdate { Operation = PolicyOperation.Detach, Policy = Shared(3600), Stack = "web" },
            new PolicyUpdate { Operation = PolicyOperation.Delete, Policy = Inline(900), Stack = "web" },
            new PolicyUpdate { Operation = PolicyOperation.Delete, Policy = Shared(3600) },
        ];
        await CarryOutAsync(gone);
        await CarryOutAsync(gone);
        Assert.Null((await StackAsync()).Policies);
        Assert.Null(await _plane.Get<PolicyStore>().FindAsync("day", _cancellation));
    }

    [Fact]
    public async Task A_policy_that_is_skipped_stays_and_says_for_whom()
    {
        await CarryOutAsync(new PolicyUpdate { Operation = PolicyOperation.Create, Policy = Shared(3600) });

        var command = await _plane.RunAsync(new Plan { Policies = [new PolicyUpdate { Operation = PolicyOperation.Skip, Policy = Shared(3600), ReferencingStacks = ["web"] }] });

        var skipped = Assert.Single(command.PolicyUpdates!);
        Assert.Equal(("skip", States.Success), (skipped.Operation, skipped.State));
        Assert.Equal(["web"], skipped.ReferencingStacks);
        Assert.NotNull(await _plane.Get<PolicyStore>().FindAsync("day", _cancellation));
    }

    [Fact]
    public async Task Policies_of_a_document_are_stored_and_said_again_change_nothing()
    {
        var document = Document.Replace("Stacks: [{ Label: web }]", """
            Policies: [{ Type: ttl, Label: day, TTLSeconds: 86400 }]
            Stacks:
              - Label: web
                Policies: [{ Type: auto-reconcile, IntervalSeconds: 300 }, { $ref: "policy://day" }]
            """, StringComparison.Ordinal);

        var command = await _plane.RunAsync(document);

        Assert.Equal(States.Success, command.State);
        Assert.Null(command.ResourceUpdates);
        var stack = await StackAsync();
        Assert.Equal(["day"], Policies.ReferencedBy(stack));
        Assert.StartsWith("web-auto-reconcile-", Assert.Single(Policies.InlineOf(stack)).Label, StringComparison.Ordinal);
        Assert.Equal(86400, (await _plane.Get<PolicyStore>().FindAsync("day", _cancellation))!.TtlSeconds);
        Assert.False(Assert.IsType<Formae.Coordination.Intake.IntakeOutcome.Answered>(await _plane.SubmitAsync(document)).Response.Simulation.ChangesRequired);

        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        Assert.Null((await StackAsync()).Policies);
    }

    private Task CarryOutAsync(params PolicyUpdate[] updates) => _plane.Get<PolicyExecution>().CarryOutAsync(updates, _cancellation);

    private async Task<Formae.Model.Stack> StackAsync() => (await _plane.Get<StackStore>().FindAsync("web", _cancellation))!;

    private static Policy Shared(long seconds) => new() { Type = Policy.TimeToLive, Label = "day", TtlSeconds = seconds };

    private static Policy Inline(long seconds) => new() { Type = Policy.AutoReconcile, Label = "web-auto-reconcile-12345678", IntervalSeconds = seconds };
}
