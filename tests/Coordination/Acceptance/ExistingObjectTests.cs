using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Sdk;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A create that finds its object there already: its own, where an earlier attempt had worked and nobody heard of it, else somebody else's.</summary>
public sealed class ExistingObjectTests : IAsyncLifetime
{
    private const string Forgetful = "ForgetsTokens: true";

    private readonly Turnstile _turnstile = new();
    private readonly Witnesses _witnesses = new();
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Bus = _turnstile.PassAsync, Define = _witnesses.Define }, Patient);

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task What_an_attempt_has_made_whose_answer_was_lost_is_taken_as_its_own()
    {
        _plane.Cloud.Inject(new Injection { Operation = OperationVerb.Create, Code = "NetworkFailure", AfterTheWork = true });

        var command = await _plane.RunAsync(Bucket(target: Forgetful));

        ControlPlane.Succeeded(command);
        Assert.Equal(2, command.TheUpdate().CurrentAttempt);
        Assert.Contains("an earlier attempt had worked", command.TheUpdate().StateMessage, StringComparison.Ordinal);
        Assert.Equal((1, true), (_plane.CallsOf(OperationVerb.Create), Outside.Has(_plane, Assert.Single(await _plane.InventoryAsync()).NativeId)));
    }

    [Fact]
    public async Task What_a_plugin_has_made_before_it_died_is_taken_as_its_own()
    {
        _turnstile.CrashNext(report: false);
        _turnstile.LoseNext(report: true);

        ControlPlane.Succeeded(await _plane.RunAsync(Bucket(target: Forgetful)));

        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
        Assert.True(Outside.Has(_plane, Assert.Single(await _plane.InventoryAsync()).NativeId));
    }

    [Fact]
    public async Task A_type_whose_native_id_is_a_property_is_read_by_it()
    {
        _witnesses.LostAnswers.Enqueue(Problems.Of(ProblemCodes.ServiceTimeout, "no answer"));

        ControlPlane.Succeeded(await _plane.RunAsync(Witness("Value: told")));

        Assert.Equal(2, _witnesses.Creates);
        Assert.Equal("w", Assert.Single(await _plane.InventoryAsync()).NativeId);
    }

    [Fact]
    public async Task What_was_there_before_the_first_attempt_is_somebody_elses()
    {
        _witnesses.Live["w"] = new Witness { Name = "w", Value = "told" };

        var update = (await _plane.RunAsync(Witness("Value: told"))).TheUpdate();

        Assert.Equal((States.Failed, "AlreadyExists: There is a witness 'w'."), (update.State, update.ErrorMessage));
        Assert.Equal(1, _witnesses.Creates);
        Assert.Empty(await _plane.InventoryAsync());
    }

    [Fact]
    public async Task What_is_not_as_it_was_asked_for_is_somebody_elses()
    {
        _witnesses.Live["w"] = new Witness { Name = "w", Value = "of others" };
        _witnesses.LostAnswers.Enqueue(Problems.Of(ProblemCodes.ServiceTimeout, "no answer"));

        var update = (await _plane.RunAsync(Witness("Value: told"))).TheUpdate();

        Assert.Equal(States.Failed, update.State);
        Assert.Contains("'w' is not what was asked for; it seems to be somebody else's", update.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(await _plane.InventoryAsync());
    }

    [Fact]
    public async Task What_another_resource_has_already_is_refused_although_it_is_alike()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Witness("Value: told")));
        _witnesses.LostAnswers.Enqueue(Problems.Of(ProblemCodes.ServiceTimeout, "no answer"));

        var update = (await _plane.RunAsync(Witness("Value: told", stack: "other"))).TheUpdate();

        Assert.Equal((States.Failed, "AlreadyExists: 'w' exists already: it is 'witness' of the stack 'shop'."), (update.State, update.ErrorMessage));
        Assert.Equal("shop", Assert.Single(await _plane.InventoryAsync()).Stack);
    }

    [Fact]
    public async Task What_an_earlier_attempt_is_known_to_have_left_behind_is_taken_where_it_is_in_the_way()
    {
        _plane.Cloud.Program(new ProgrammedAnswers { Key = "*", Operation = OperationVerb.Status, Steps = [new ProgramStep { Code = "NotStabilized" }] });

        var command = await _plane.RunAsync(Bucket(target: "AsyncCreates: true, ForgetsTokens: true"));

        ControlPlane.Succeeded(command);
        Assert.Equal(2, _plane.CallsOf(OperationVerb.Create));
        Assert.Contains("an earlier attempt had worked", command.TheUpdate().StateMessage, StringComparison.Ordinal);
    }

    private static string Witness(string properties, string stack = "shop") => $$"""
        Stacks: [{ Label: {{stack}} }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: witness, Type: "FakeAWS::Test::Witness", Stack: {{stack}}, Target: eu, Properties: { Name: w, {{properties}} } }
        """;
}
