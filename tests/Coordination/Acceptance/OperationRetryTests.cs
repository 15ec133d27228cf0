using Formae.Coordination.Tests.Cluster;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>How often an operation is tried, what is tried again, and what people see of it.</summary>
public sealed class OperationRetryTests : IAsyncLifetime
{
    private readonly Turnstile _turnstile = new();
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Bus = _turnstile.PassAsync }, Patient);

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F112_a_failure_that_stays_recoverable_is_tried_max_retries_and_two_times()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "ServiceInternalError", Count = 0 });

        var update = (await _plane.RunAsync(Bucket())).TheUpdate();

        Assert.Equal((States.Failed, 4, 3), (update.State, update.CurrentAttempt, update.MaxAttempts));
        Assert.Equal(4, _plane.CallsOf(OperationVerb.Create));
        Assert.Empty(await _plane.InventoryAsync());
    }

    [Fact]
    public async Task F112_the_last_attempt_of_all_may_still_succeed()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "Throttling", Count = 3 });

        var update = (await _plane.RunAsync(Bucket())).TheUpdate();

        Assert.Equal((States.Success, 4, 3, null), (update.State, update.CurrentAttempt, update.MaxAttempts, update.ErrorMessage));
    }

    [Theory]
    [InlineData("AccessDenied")]
    [InlineData("InvalidRequest")]
    [InlineData("SomethingElse")]
    public async Task F113_what_cannot_be_mended_is_tried_once(string code)
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = code, Count = 0 });

        var update = (await _plane.RunAsync(Bucket())).TheUpdate();

        Assert.Equal((States.Failed, 1), (update.State, update.CurrentAttempt));
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task F115_a_poll_that_fails_is_asked_again_and_the_create_is_not_repeated()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Status, Code = "NetworkFailure", Count = 2 });
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Status, Kind = InjectionKind.Exception, Message = "Rate exceeded", Count = 1 });

        var command = await _plane.RunAsync(Bucket(target: "AsyncCreates: true"));

        ControlPlane.Succeeded(command);
        Assert.Equal((1, 4), (_plane.CallsOf(OperationVerb.Create), _plane.CallsOf(OperationVerb.Status)));
        Assert.Equal(4, command.TheUpdate().CurrentAttempt);
    }

    [Fact]
    public async Task F115_polls_that_never_succeed_spend_the_attempts_and_end_the_operation()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Status, Code = "ServiceTimeout", Message = "no answer", Count = 0 });

        var update = (await _plane.RunAsync(Bucket(target: "AsyncCreates: true"))).TheUpdate();

        Assert.Equal((States.Failed, 4), (update.State, update.CurrentAttempt));
        Assert.Equal("ServiceTimeout: no answer", update.ErrorMessage);
        Assert.Equal((1, 4), (_plane.CallsOf(OperationVerb.Create), _plane.CallsOf(OperationVerb.Status)));
    }

    [Fact]
    public async Task F116_an_operation_that_a_poll_found_to_have_failed_is_begun_anew()
    {
        _plane.Cloud.Program(new ProgrammedAnswers { Key = "*", Operation = OperationVerb.Status, Steps = [new ProgramStep { InProgress = true }, new ProgramStep { Code = "ServiceTimeout" }] });

        var command = await _plane.RunAsync(Bucket(target: "AsyncCreates: true"));

        ControlPlane.Succeeded(command);
        Assert.Equal(2, _plane.CallsOf(OperationVerb.Create));
        Assert.Equal(2, command.TheUpdate().CurrentAttempt);
    }

    [Fact]
    public async Task F116_an_operation_that_a_poll_found_to_have_failed_for_good_is_not()
    {
        _plane.Cloud.Program(new ProgrammedAnswers { Key = "*", Operation = OperationVerb.Status, Steps = [new ProgramStep { Code = "ServiceLimitExceeded", Message = "full" }] });

        var update = (await _plane.RunAsync(Bucket(target: "AsyncCreates: true"))).TheUpdate();

        Assert.Equal((States.Failed, "ServiceLimitExceeded: full"), (update.State, update.ErrorMessage));
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task F118_a_create_that_runs_out_of_time_fails_at_once()
    {
        _plane.Set(CallTimeout, "1");
        _plane.Cloud.Inject(new Injection { Kind = InjectionKind.Latency, Operation = OperationVerb.Create, LatencyMs = 300_000, Count = 0 });

        var update = (await _plane.RunAsync(Bucket())).TheUpdate();

        Assert.Equal((States.Failed, 1), (update.State, update.CurrentAttempt));
        Assert.Contains("UnforeseenError: Create of FakeAWS::S3::Bucket was not done within 1 s", update.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task F118_a_read_that_runs_out_of_time_is_read_again()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Acl: Private")));
        _plane.Cloud.Inject(new Injection { Kind = InjectionKind.Latency, Operation = OperationVerb.Read, LatencyMs = 300_000, Count = 1 });
        _plane.Set(CallTimeout, "1");

        // It goes by the value of a bucket of an earlier command, which is read; and the first time that takes too long.
        var id = await _plane.BeginAsync(Bucket("BucketName: logs, Acl: Private") + """

              - Label: copy
                Type: "FakeAWS::S3::Bucket"
                Stack: shop
                Target: eu
                Properties: { BucketName: copy, Policy: { $res: true, $label: logs, $type: "FakeAWS::S3::Bucket", $stack: shop, $property: Arn } }
            """);
        await UntilAsync(() => _plane.CallsOf(OperationVerb.Read) == 1);
        _plane.Set(CallTimeout, "60");

        ControlPlane.Succeeded(await _plane.EndOfAsync(id));
        Assert.Equal(2, _plane.CallsOf(OperationVerb.Read));
    }

    [Fact]
    public async Task F121_the_message_of_the_plugin_is_seen_while_it_is_tried_again_and_at_the_end()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "ResourceConflict", Message = "the bay is closed", Count = 1 });
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "AccessDenied", Message = "no key for the bay", Count = 1 });
        using var gate = _turnstile.HoldAfter(1);
        var id = await _plane.BeginAsync(Bucket());

        var tried = (await _plane.UntilAsync(id, command => command.TheUpdate().CurrentAttempt > 1)).TheUpdate();
        Assert.Equal(
            (States.InProgress, 2, 3, "ResourceConflict: the bay is closed", "ResourceConflict: the bay is closed"),
            (tried.State, tried.CurrentAttempt, tried.MaxAttempts, tried.StateMessage, tried.ErrorMessage));
        gate.Dispose();

        var ended = (await _plane.EndOfAsync(id)).TheUpdate();
        Assert.Equal((States.Failed, 2, "AccessDenied: no key for the bay"), (ended.State, ended.CurrentAttempt, ended.ErrorMessage));
    }

    [Fact]
    public async Task F121_how_a_long_operation_stands_is_seen()
    {
        _plane.Cloud.Program(new ProgrammedAnswers { Key = "*", Operation = OperationVerb.Status, Steps = [new ProgramStep { InProgress = true, Message = "digging" }] });
        using var gate = _turnstile.HoldAfter(2);
        var id = await _plane.BeginAsync(Bucket(target: "AsyncCreates: true"));

        var running = (await _plane.UntilAsync(id, command => command.TheUpdate().StateMessage is not null)).TheUpdate();
        Assert.Equal((States.InProgress, 1, "digging", null), (running.State, running.CurrentAttempt, running.StateMessage, running.ErrorMessage));
        gate.Dispose();

        var ended = (await _plane.EndOfAsync(id)).TheUpdate();
        Assert.Equal((States.Success, null), (ended.State, ended.StateMessage));
    }

    [Fact]
    public async Task F122_the_attempts_are_seen_to_move()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "NotStabilized", Count = 2 });
        using var first = _turnstile.HoldAfter(1);
        var id = await _plane.BeginAsync(Bucket());

        Assert.Equal((2, 3), AttemptsOf(await _plane.UntilAsync(id, command => command.TheUpdate().CurrentAttempt is not null)));
        using var second = _turnstile.HoldAfter(2);
        first.Dispose();
        Assert.Equal((3, 3), AttemptsOf(await _plane.UntilAsync(id, command => command.TheUpdate().CurrentAttempt > 2)));
        second.Dispose();

        Assert.Equal((3, 3), AttemptsOf(await _plane.EndOfAsync(id)));
    }

    private static (int?, int?) AttemptsOf(Command command) => (command.TheUpdate().CurrentAttempt, command.TheUpdate().MaxAttempts);
}
