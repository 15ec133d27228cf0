using Formae.Coordination.Tests.Cluster;
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
}
