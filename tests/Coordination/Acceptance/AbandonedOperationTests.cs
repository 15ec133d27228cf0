using Formae.Coordination.Intake;
using Formae.Coordination.Operations;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator.Entities;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What creates make that nobody waits for any more.</summary>
public sealed class AbandonedOperationTests : IAsyncLifetime
{
    private readonly Turnstile _turnstile = new();
    private readonly ForwardClock _clock = new();
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Bus = _turnstile.PassAsync, Time = _clock }, Quick);

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task A_create_that_is_canceled_while_it_is_polled_is_asked_about_until_its_object_is_known()
    {
        _plane.Cloud.Program(new ProgrammedAnswers { Key = "*", Operation = OperationVerb.Status, Steps = [new ProgramStep { InProgress = true }, new ProgramStep { InProgress = true }] });
        using var polls = _turnstile.HoldAfter(1);
        var id = await _plane.BeginAsync(Bucket(target: "AsyncCreates: true"));
        await UntilAsync(() => _turnstile.Requests == 2);

        (await _plane.CancelAsync($"id:{id}", force: true)).Accepted();
        Assert.Equal(States.Canceled, (await _plane.EndOfAsync(id)).State);
        polls.Dispose();

        await UntilAsync(async () => (await _plane.InventoryAsync()).Count == 1);
        var kept = Assert.Single(await _plane.InventoryAsync());
        Assert.Equal((Stack.Unmanaged, "logs", false), (kept.Stack, kept.Label, kept.Managed));
        Assert.Equal((1, 3), (_plane.CallsOf(OperationVerb.Create), _plane.CallsOf(OperationVerb.Status)));

        // The next command that declares it takes it in, as it is.
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket(target: "AsyncCreates: true")));
        var adopted = Assert.Single(await _plane.InventoryAsync());
        Assert.Equal(("shop", kept.Ksuid, kept.NativeId, true), (adopted.Stack, adopted.Ksuid, adopted.NativeId, adopted.Managed));
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task A_create_that_is_given_up_and_succeeds_later_is_in_its_stack_after_all()
    {
        using var requests = _turnstile.HoldAfter(0);
        var id = await _plane.BeginAsync(Bucket());
        await UntilAsync(() => _turnstile.Requests == 1);
        _clock.Forward(TimeSpan.FromMinutes(5));
        await _plane.CheckAsync(id);
        Assert.Equal(States.Failed, (await _plane.EndOfAsync(id)).State);

        requests.Dispose();
        await UntilAsync(async () => (await _plane.InventoryAsync()).Count == 1);

        var kept = Assert.Single(await _plane.InventoryAsync());
        Assert.Equal(("shop", "logs", true), (kept.Stack, kept.Label, kept.Managed));
        Assert.Equal(States.Failed, (await _plane.UntilAsync(id, _ => true)).State);
    }

    [Fact]
    public async Task A_create_that_succeeds_after_it_was_given_up_and_begun_again_by_the_next_command_leaves_both_objects_known()
    {
        const string Document = """
            Stacks: [{ Label: web }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:
              - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16 } }
            """;
        using var first = _turnstile.HoldAfter(0);
        using var second = _turnstile.HoldAfter(1);
        var one = await _plane.BeginAsync(Document);
        await UntilAsync(() => _turnstile.Requests == 1);
        _clock.Forward(TimeSpan.FromMinutes(5));
        await _plane.CheckAsync(one);
        Assert.Equal(States.Failed, (await _plane.EndOfAsync(one)).State);
        var two = await _plane.BeginAsync(Document);
        await UntilAsync(() => _turnstile.Requests == 2);

        first.Dispose();
        await UntilAsync(async () => (await _plane.InventoryAsync()).Count == 1);
        var late = Assert.Single(await _plane.InventoryAsync());
        second.Dispose();
        ControlPlane.Succeeded(await _plane.EndOfAsync(two));

        var kept = await _plane.InventoryAsync();
        Assert.Equal(2, kept.Count);
        Assert.All(kept, resource => Assert.True(Outside.Has(_plane, resource.NativeId)));
        var other = Assert.Single(kept, resource => resource.NativeId == late.NativeId);
        Assert.Equal((Stack.Unmanaged, "vpc", false, late.Ksuid), (other.Stack, other.Label, other.Managed, other.Ksuid));
        Assert.Equal(("web", "vpc", true), Assert.Single(kept, resource => resource != other) is var made ? (made.Stack, made.Label, made.Managed) : default);
        Assert.IsNotType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document));
    }

    [Fact]
    public async Task A_canceled_create_whose_poll_got_lost_is_asked_about_once_more()
    {
        using var polls = _turnstile.HoldAfter(1);
        var id = await _plane.BeginAsync(Bucket(target: "AsyncCreates: true"));
        await UntilAsync(() => _turnstile.Requests == 2);
        _turnstile.LoseNext(report: false);
        (await _plane.CancelAsync($"id:{id}", force: true)).Accepted();
        await _plane.EndOfAsync(id);
        await _plane.CancelsAsync(id);
        polls.Dispose();
        await UntilAsync(() => _turnstile.Lost == 1);

        // Longer than a message is valid. The plugin is there again.
        _clock.Forward(TimeSpan.FromHours(2));
        await _plane.AnnounceAsync(announcement => announcement with { SentAt = _clock.GetUtcNow() });
        await RemindAsync(id);

        await UntilAsync(async () => (await _plane.InventoryAsync()).Count == 1);
        Assert.Equal((Stack.Unmanaged, "logs"), (await _plane.InventoryAsync()) is [var kept] ? (kept.Stack, kept.Label) : default);
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task A_create_whose_poll_cannot_be_sent_fails_and_what_it_makes_is_recorded()
    {
        _plane.Cloud.Program(new ProgrammedAnswers { Key = "*", Operation = OperationVerb.Status, Steps = [new ProgramStep { InProgress = true }] });
        using var polls = _turnstile.HoldAfter(1);
        var id = await _plane.BeginAsync(Bucket(target: "AsyncCreates: true"));
        await UntilAsync(() => _turnstile.Requests == 2);
        var targets = _plane.Get<TargetStore>();
        var target = (await targets.FindAsync("eu", CancellationToken.None))!;
        Assert.True(await targets.TryRemoveAsync("eu", target.Version, CancellationToken.None));

        polls.Dispose();
        var update = (await _plane.EndOfAsync(id)).TheUpdate();
        Assert.Equal(States.Failed, update.State);
        Assert.Contains("'eu'", update.ErrorMessage, StringComparison.Ordinal);

        await targets.PutAsync(target, CancellationToken.None);
        _clock.Forward(TimeSpan.FromHours(2));
        await _plane.AnnounceAsync(announcement => announcement with { SentAt = _clock.GetUtcNow() });
        await RemindAsync(id);
        await UntilAsync(async () => (await _plane.InventoryAsync()).Count == 1);
        Assert.Equal(("shop", "logs"), (await _plane.InventoryAsync()) is [var kept] ? (kept.Stack, kept.Label) : default);
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    private Task RemindAsync(string commandId) => _plane.SignalAsync(commandId, nameof(ResourceEntity.Remind), row => new RemindOperation { CommandId = commandId, Row = row });
}
