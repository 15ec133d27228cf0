using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Operations;

public sealed class OperatorTests
{
    private const string Type = "Test::Box::Box";

    private readonly BoxHandler _boxes = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_report_tells_whose_it_is()
    {
        var request = Requests.Create(Type, """{"Name":"a"}""") with { Attempt = 3, Sequence = 7 };
        var report = await RunAsync(request);
        Assert.Equal(
            (OperationStatus.Success, request.OperationId, 3, 7, Requests.Ksuid, OperationVerb.Create, "box-1", Environment.ProcessId, "1.0.0-test"),
            (report.Status, report.OperationId, report.Attempt, report.Sequence, report.Ksuid, report.Verb, report.NativeId, report.ProcessId, report.PluginVersion));
        Assert.Equal("""{"Name":"a"}""", report.Properties!.Value.GetRawText());
        Assert.Equal(_time.GetUtcNow(), report.StartedAt);
    }

    [Fact]
    public async Task Another_contract_is_refused_with_both_named()
    {
        var problem = await ProblemOfAsync(Requests.Create(Type, "{}") with { Contract = 99 });
        Assert.Equal(ProblemCodes.InvalidRequest, problem.Code);
        Assert.Contains("99", problem.Message);
        Assert.Contains($"contract {BusContract.Version}.", problem.Message);
    }

    [Fact]
    public async Task Another_namespace_is_no_business_of_this_plugin() =>
        Assert.Equal(ProblemCodes.PluginNotFound, (await ProblemOfAsync(Requests.Create("Other::Box::Box", "{}"))).Code);

    [Fact]
    public async Task Namespace_and_type_are_compared_without_regard_to_case() =>
        Assert.Equal(OperationStatus.Success, (await RunAsync(Requests.Create("TEST::box::BOX", """{"Name":"a"}"""))).Status);

    [Fact]
    public async Task An_unknown_type_is_refused_with_the_served_ones_named()
    {
        var problem = await ProblemOfAsync(Requests.Create("Test::Box::Bag", "{}"));
        Assert.Equal(ProblemCodes.InvalidRequest, problem.Code);
        Assert.Contains(Type, problem.Message);
    }

    [Theory]
    [InlineData(OperationVerb.Read)]
    [InlineData(OperationVerb.Update)]
    [InlineData(OperationVerb.Delete)]
    public async Task A_verb_that_needs_the_native_id_is_refused_without_it(OperationVerb verb) =>
        Assert.Equal(ProblemCodes.InvalidRequest, (await ProblemOfAsync(Requests.Create(Type, """{"Name":"a"}""") with { Verb = verb })).Code);

    [Fact]
    public async Task A_delete_that_is_delivered_again_is_not_carried_out_but_asked_for_anew()
    {
        var deletes = 0;
        _boxes.Delete = (_, _) =>
        {
            deletes++;
            return Task.FromResult<DeleteResult>(new DeleteResult.Success());
        };
        await using var plugin = _boxes.Start(_time);

        var repeated = await plugin.Operator.ExecuteAsync(Requests.Delete(Type, "box-1"), delivery: 2, CancellationToken.None);
        Assert.Equal((OperationStatus.Failure, true, true, 0), (repeated.Status, repeated.IsUnserved, repeated.Problem!.IsRecoverable, deletes));

        var anew = await plugin.Operator.ExecuteAsync(Requests.Delete(Type, "box-1") with { Sequence = 2 }, delivery: 1, CancellationToken.None);
        Assert.Equal((OperationStatus.Success, false, 1), (anew.Status, anew.IsUnserved, deletes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_000)]
    public async Task A_time_limit_that_is_none_is_refused(int seconds) =>
        Assert.Equal(ProblemCodes.InvalidRequest, (await ProblemOfAsync(Requests.Create(Type, """{"Name":"a"}""") with { Timeout = TimeSpan.FromSeconds(seconds) })).Code);

    [Theory]
    [InlineData("""{"Name":"a","Colour":"red"}""", "'Colour'")]
    [InlineData("""{"Size":1}""", "'Name' is missing")]
    [InlineData("""{"Name":null}""", "'Name' must not be null")]
    [InlineData("""{"Name":"a","Size":"big"}""", "'Size' is a string, expected is an integer")]
    [InlineData("""{"Name":"a","Part":{"Id":7}}""", "'Part.Id' is a number, expected is a string")]
    [InlineData("""{"Name":"a","Part":{}}""", "'Part.Id' is missing")]
    public async Task Properties_that_do_not_fit_are_refused_with_the_path(string properties, string expected)
    {
        var problem = await ProblemOfAsync(Requests.Create(Type, properties));
        Assert.Equal(ProblemCodes.InvalidRequest, problem.Code);
        Assert.Contains(expected, problem.Message);
    }

    [Fact]
    public async Task A_target_config_that_does_not_fit_is_refused_with_the_path()
    {
        _boxes.Create = (request, _) => throw new InvalidOperationException(request.Target<BoxTarget>().Region);
        var problem = await ProblemOfAsync(Requests.Create(Type, """{"Name":"a"}""") with { TargetConfig = Requests.Json("""{"Region":7}""") });
        Assert.Equal(ProblemCodes.InvalidRequest, problem.Code);
        Assert.Contains("'Region'", problem.Message);
    }

    [Fact]
    public async Task A_read_of_what_is_gone_fails_and_a_delete_of_it_succeeds()
    {
        Assert.Equal(ProblemCodes.NotFound, (await ProblemOfAsync(Requests.Read(Type, "box-1"))).Code);
        _boxes.Delete = (_, _) => Task.FromResult<DeleteResult>(Problems.NotFound("gone"));
        Assert.Equal(OperationStatus.Success, (await RunAsync(Requests.Delete(Type, "box-1"))).Status);
    }

    [Fact]
    public async Task What_takes_long_is_polled_for()
    {
        _boxes.Create = (_, _) => Task.FromResult<CreateResult<Box>>(new CreateResult<Box>.InProgress("r-1", "box-9"));
        var accepted = await RunAsync(Requests.Create(Type, """{"Name":"a"}"""));
        Assert.Equal((OperationStatus.InProgress, "r-1", "box-9"), (accepted.Status, accepted.RequestId, accepted.NativeId));

        var polled = await RunAsync(Requests.Status(Type, "r-1", "box-9"));
        Assert.Equal((OperationStatus.InProgress, "r-1", "box-9"), (polled.Status, polled.RequestId, polled.NativeId));

        _boxes.Status = (request, _) => Task.FromResult<StatusResult<Box>>(new StatusResult<Box>.Success(null, new Box { Name = request.RequestId }));
        Assert.Equal((OperationStatus.Success, "box-9"), ((await RunAsync(Requests.Status(Type, "r-1", "box-9"))) is var done ? done.Status : default, done.NativeId));
    }

    [Theory]
    [InlineData(OperationVerb.Create, ProblemCodes.UnforeseenError)]
    [InlineData(OperationVerb.Update, ProblemCodes.UnforeseenError)]
    [InlineData(OperationVerb.Delete, ProblemCodes.UnforeseenError)]
    [InlineData(OperationVerb.Read, ProblemCodes.ServiceTimeout)]
    [InlineData(OperationVerb.Status, ProblemCodes.ServiceTimeout)]
    public async Task At_the_deadline_only_what_changed_nothing_may_be_asked_again(OperationVerb verb, string code)
    {
        AllVerbs(token => Task.Delay(Timeout.Infinite, token));
        await using var plugin = _boxes.Start(_time);
        var running = plugin.ExecuteAsync(Of(verb) with { Timeout = TimeSpan.FromSeconds(10) });
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(code, (await running.WaitAsync(TimeSpan.FromSeconds(60))).Problem!.Code);
    }

    [Fact]
    public async Task A_handler_that_does_not_mind_its_deadline_is_left_behind()
    {
        AllVerbs(_ => Task.Delay(Timeout.Infinite, CancellationToken.None));
        await using var plugin = _boxes.Start(_time);
        var running = plugin.ExecuteAsync(Of(OperationVerb.Read) with { Timeout = TimeSpan.FromSeconds(10) });
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ProblemCodes.ServiceTimeout, (await running.WaitAsync(TimeSpan.FromSeconds(60))).Problem!.Code);
    }

    [Fact]
    public async Task An_app_that_stops_reports_nothing()
    {
        AllVerbs(token => Task.Delay(Timeout.Infinite, token));
        await using var plugin = _boxes.Start(_time);
        using var stopping = new CancellationTokenSource();
        var running = plugin.ExecuteAsync(Of(OperationVerb.Create), stopping.Token);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [InlineData(OperationVerb.Create, "ThrottlingException: slow", ProblemCodes.UnforeseenError)]
    [InlineData(OperationVerb.Read, "Rate exceeded", ProblemCodes.UnforeseenError)]
    [InlineData(OperationVerb.Status, "Rate exceeded", ProblemCodes.Throttling)]
    [InlineData(OperationVerb.Status, "boom", ProblemCodes.UnforeseenError)]
    public async Task An_exception_is_a_bug_and_is_told_with_its_type(OperationVerb verb, string message, string code)
    {
        AllVerbs(_ => throw new InvalidOperationException(message));
        var problem = await ProblemOfAsync(Of(verb));
        Assert.Equal(code, problem.Code);
        Assert.Equal($"InvalidOperationException: {message}", problem.Message);
    }

    [Fact]
    public async Task A_handler_that_answers_null_is_told_so()
    {
        _boxes.Create = (_, _) => Task.FromResult<CreateResult<Box>>(null!);
        Assert.Equal(ProblemCodes.UnforeseenError, (await ProblemOfAsync(Of(OperationVerb.Create))).Code);
    }

    [Fact]
    public void A_type_of_another_namespace_or_served_twice_is_refused_at_the_start()
    {
        var type = ServedType.Of(_boxes);
        Assert.Contains("not of the namespace", Assert.Throws<ArgumentException>(() => new Operator("Other", "1.0.0", [type], null!, _time)).Message);
        Assert.Contains("served twice", Assert.Throws<ArgumentException>(() => new Operator("Test", "1.0.0", [type, type], null!, _time)).Message);
    }

    private void AllVerbs(Func<CancellationToken, Task> act)
    {
        _boxes.Create = async (_, token) => { await act(token); return Problems.NotFound("never"); };
        _boxes.Read = async (_, token) => { await act(token); return Problems.NotFound("never"); };
        _boxes.Update = async (_, token) => { await act(token); return Problems.NotFound("never"); };
        _boxes.Delete = async (_, token) => { await act(token); return Problems.NotFound("never"); };
        _boxes.Status = async (_, token) => { await act(token); return Problems.NotFound("never"); };
    }

    private static OperationRequest Of(OperationVerb verb) => Requests.Create(Type, """{"Name":"a"}""") with { Verb = verb, NativeId = "box-1", RequestId = "r-1" };

    private async Task<OperationReport> RunAsync(OperationRequest request)
    {
        await using var plugin = _boxes.Start(_time);
        return await plugin.ExecuteAsync(request);
    }

    private async Task<Problem> ProblemOfAsync(OperationRequest request)
    {
        var report = await RunAsync(request);
        Assert.Equal(OperationStatus.Failure, report.Status);
        return report.Problem!;
    }
}
