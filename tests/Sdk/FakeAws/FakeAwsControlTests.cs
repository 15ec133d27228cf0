using Formae.Model;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Sdk.Tests.FakeAws;

public sealed class FakeAwsControlTests : IAsyncDisposable
{
    private const string Type = "FakeAWS::Generic::Resource";

    private readonly Scratch _scratch = new();
    private readonly FakeTimeProvider _time = new();
    private readonly PluginHarness _plugin;
    private readonly FakeAwsControlState _control;

    public FakeAwsControlTests()
    {
        _plugin = _scratch.FakeAws(_time);
        _control = _plugin.Services.GetRequiredService<FakeAwsControlState>();
    }

    public async ValueTask DisposeAsync()
    {
        await _plugin.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task An_injected_error_comes_as_often_as_it_was_told_to()
    {
        _control.Inject(new Injection { Operation = OperationVerb.Create, ResourceType = Type, Code = ProblemCodes.Throttling, Count = 2, RetryAfterMs = 250 });
        var first = await CreateAsync("a");
        Assert.Equal((ProblemCodes.Throttling, TimeSpan.FromMilliseconds(250)), (first.Problem!.Code, first.Problem.RetryAfter));
        Assert.Equal(OperationStatus.Failure, (await CreateAsync("a")).Status);
        Assert.Equal(OperationStatus.Success, (await CreateAsync("a")).Status);
        Assert.True(_control.IsQuiet);
    }

    [Fact]
    public async Task An_answer_that_is_lost_leaves_the_object_there()
    {
        _control.Inject(new Injection { Operation = OperationVerb.Create, AfterTheWork = true, Code = ProblemCodes.NetworkFailure });
        var request = Requests.Create(Type, """{"Name":"a"}""");
        Assert.Equal(ProblemCodes.NetworkFailure, (await _plugin.ExecuteAsync(request)).Problem!.Code);
        var again = await _plugin.ExecuteAsync(request);
        Assert.Equal("fake-generic-000001", again.NativeId);
    }

    [Fact]
    public async Task An_injected_exception_is_reported_as_a_bug()
    {
        _control.Inject(new Injection { Kind = InjectionKind.Exception, Message = "boom" });
        Assert.Equal("InvalidOperationException: boom", (await CreateAsync("a")).Problem!.Message);
    }

    [Fact]
    public async Task An_injected_latency_takes_its_time()
    {
        _control.Inject(new Injection { Kind = InjectionKind.Latency, LatencyMs = 500 });
        var running = CreateAsync("a");
        _time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(OperationStatus.Success, (await running.WaitAsync(TimeSpan.FromSeconds(60))).Status);
    }

    [Fact]
    public async Task Programmed_answers_are_for_one_object_and_an_empty_one_is_success()
    {
        _control.Program(new ProgrammedAnswers { Key = "a", Steps = [new ProgramStep { Code = ProblemCodes.AccessDenied }, new ProgramStep(), new ProgramStep { Code = ProblemCodes.Throttling }] });
        Assert.Equal(OperationStatus.Success, (await CreateAsync("b")).Status);
        Assert.Equal(ProblemCodes.AccessDenied, (await CreateAsync("a")).Problem!.Code);
        Assert.Equal(OperationStatus.Success, (await CreateAsync("a")).Status);
        Assert.Equal(ProblemCodes.Throttling, (await CreateAsync("a")).Problem!.Code);
        Assert.Equal(OperationStatus.Success, (await CreateAsync("a")).Status);
    }

    [Fact]
    public async Task A_closed_gate_holds_every_call()
    {
        _control.CloseGate();
        var running = CreateAsync("a");
        Assert.False(running.IsCompleted);
        _control.OpenGate();
        Assert.Equal(OperationStatus.Success, (await running.WaitAsync(TimeSpan.FromSeconds(60))).Status);
    }

    [Fact]
    public async Task A_gate_that_closes_later_lets_through_who_waits_already_and_so_many_and_no_more()
    {
        _control.CloseGate();
        var waiting = CreateAsync("a");
        _control.CloseGate(after: 2);
        Assert.Equal(OperationStatus.Success, (await waiting.WaitAsync(TimeSpan.FromSeconds(60))).Status);
        Assert.Equal(OperationStatus.Success, (await CreateAsync("b")).Status);
        var last = CreateAsync("c");
        Assert.False(last.IsCompleted);
        _control.OpenGate();
        Assert.Equal(OperationStatus.Success, (await last.WaitAsync(TimeSpan.FromSeconds(60))).Status);
    }

    [Fact]
    public async Task Every_call_is_recorded_with_who_served_it()
    {
        var created = await CreateAsync("a");
        await _plugin.ExecuteAsync(Requests.Read(Type, created.NativeId!));
        var calls = CallLog.Read(_scratch["cloud"]);
        Assert.Equal([(OperationVerb.Create, "a", null), (OperationVerb.Read, created.NativeId, created.NativeId)], calls.Select(c => (c.Operation, c.Key, c.NativeId)));
        Assert.All(calls, c => Assert.Equal((Environment.ProcessId, "1.0.0-test", Type, _time.GetUtcNow()), (c.ProcessId, c.PluginVersion, c.ResourceType, c.At)));
    }

    [Fact]
    public async Task What_changes_behind_everybodys_back_is_read()
    {
        var created = await CreateAsync("a");
        _plugin.Services.GetRequiredService<FakeAwsService>().CloudAt(_scratch["cloud"])
            .Put(new CloudObject(Type, created.NativeId!, "a", null, "eu-west-1", "{\"Name\":\"a\",\"Value\":\"by hand\"}"u8.ToArray()));
        Assert.Equal("by hand", (await _plugin.ExecuteAsync(Requests.Read(Type, created.NativeId!))).Properties!.Value.GetProperty("Value").GetString());
    }

    private Task<OperationReport> CreateAsync(string name) => _plugin.ExecuteAsync(Requests.Create(Type, new { Name = name }));
}
