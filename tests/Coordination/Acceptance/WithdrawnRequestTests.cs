using Formae.Coordination.Intake;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What was to be asked of a plugin later, of a command that was canceled by force meanwhile.</summary>
public sealed class WithdrawnRequestTests : IAsyncLifetime
{
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(("Formae:Operations:RetryDelaySeconds", "3600"));

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData(OperationVerb.Create)]
    [InlineData(OperationVerb.Update)]
    [InlineData(OperationVerb.Delete)]
    public async Task The_next_attempt_of_an_operation_that_is_canceled_by_force_is_never_made(OperationVerb verb)
    {
        if (verb != OperationVerb.Create)
            ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Acl: Private")));
        _plane.Cloud.Inject(new Injection { Operation = verb, Code = "Throttling", Count = 1 });
        var outcome = await _plane.SubmitAsync(Bucket("BucketName: logs, Acl: PublicRead"), verb == OperationVerb.Delete ? CommandKind.Destroy : CommandKind.Apply);
        var id = Assert.IsType<IntakeOutcome.Accepted>(outcome).Response.CommandId;
        await UntilAsync(() => Scheduled == 1);

        (await _plane.CancelAsync($"id:{id}", force: true)).Accepted();

        await UntilAsync(() => Scheduled == 0);
        Assert.Equal(States.Canceled, (await _plane.EndOfAsync(id)).State);
        Assert.Equal((0L, 1), (_plane.CountsOf(ControlPlane.RequestQueue).Active, _plane.CallsOf(verb)));
    }

    [Fact]
    public async Task The_next_attempt_of_a_create_that_may_have_made_its_object_is_made_since_it_finds_that_object()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "NetworkFailure", Count = 1 });
        var id = await _plane.BeginAsync(Bucket());
        await UntilAsync(() => Scheduled == 1);

        (await _plane.CancelAsync($"id:{id}", force: true)).Accepted();

        await _plane.EndOfAsync(id);
        await _plane.CancelsAsync(id);
        Assert.Equal(1, Scheduled);
    }

    private long Scheduled => _plane.CountsOf(ControlPlane.RequestQueue).Scheduled;
}
