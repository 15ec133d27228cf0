using Azure.Data.Tables;
using Formae.Coordination.Commands;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Commands that something has gone wrong with are looked after, each by itself.</summary>
public sealed class HealTests : IAsyncLifetime
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private BreakingTables _tables = null!;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Tables = inner => _tables = new BreakingTables(inner) }, Quick);

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task One_command_that_cannot_be_read_holds_up_no_other()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));
        var broken = await AddUnreadableAsync();
        var newer = await AddAsync(States.NotStarted);

        await _plane.HealAsync();

        await _plane.EndOfInstanceAsync(newer);
        Assert.Equal(States.Success, await StateAsync(newer));
        Assert.Equal([broken], (await _plane.Get<CancelSelection>().FindAsync(new CancelRequest("status:InProgress", false, "test"), _cancellation)).CommandIds);
        Assert.Equal(1, (await _plane.SynchronizeAsync()).Done);
    }

    [Fact]
    public async Task A_command_that_cannot_be_read_is_named_and_ended_an_hour_later()
    {
        var broken = await AddUnreadableAsync();
        Assert.Null(await _plane.Get<StackStore>().TakeLeaseAsync("held", broken, _ => Task.FromResult<bool?>(true), _cancellation));
        await _plane.HealAsync();
        Assert.Equal(States.InProgress, await StateAsync(broken));
        var report = (await new HttpCaller(_plane).GetAsync("/api/v1/admin/doctor")).As(HttpJson.Default.DoctorReport);
        Assert.Equal(Verdicts.Fail, Assert.Single(report.Checks, check => check.Name == $"command {broken}").Verdict);

        _tables.Age(TimeSpan.FromHours(2));
        await _plane.HealAsync();

        Assert.Equal(States.Failed, await StateAsync(broken));
        Assert.Null(await _plane.Get<StackStore>().FindLeaseHolderAsync("held", _cancellation));
        Assert.Empty(await _plane.Get<CommandStore>().OpenAsync(_cancellation));
    }

    [Fact]
    public async Task Why_an_orchestration_has_failed_is_told_with_its_command()
    {
        var id = await AddAsync(States.InProgress);
        await _plane.Client.ScheduleNewOrchestrationInstanceAsync("NoSuchOrchestration", input: null, new StartOrchestrationOptions(id), _cancellation);
        var end = await _plane.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, _cancellation);

        await _plane.HealAsync();

        var command = await _plane.Get<CommandStore>().FindAsync(id, _cancellation);
        Assert.Equal((States.Failed, $"The command's orchestration ended before the command did: {end.FailureDetails!.ErrorMessage}"), (command!.State, command.Error));
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Failed, "Microsoft.DurableTask.TaskFailedException: Task 'OpenCommand' (#0) failed: nope\r\n   at somewhere", ": Microsoft.DurableTask.TaskFailedException: Task 'OpenCommand' (#0) failed: nope")]
    [InlineData(OrchestrationRuntimeStatus.Terminated, "\"stopped\"", ": stopped")]
    [InlineData(OrchestrationRuntimeStatus.Completed, "\"done\"", ".")]
    [InlineData(OrchestrationRuntimeStatus.Failed, null, ".")]
    public void The_Functions_host_of_Azure_tells_the_reason_as_output(OrchestrationRuntimeStatus status, string? output, string expected) => Assert.Equal(
        $"The command's orchestration ended before the command did{expected}",
        CommandStarter.ReasonOf(new OrchestrationMetadata("Command", "id") { RuntimeStatus = status, SerializedOutput = output }));

    [Fact]
    public async Task An_orchestration_that_runs_once_more_after_its_command_is_over_changes_nothing()
    {
        var command = await _plane.RunAsync(Bucket());
        var before = await _plane.Get<CommandStore>().FindAsync(command.CommandId, _cancellation);
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket("BucketName: logs, Acl: PublicRead")));
        var calls = _plane.Calls.Count;

        // Without a word of which instances are to be kept, one that has ended is replaced.
        await _plane.Client.ScheduleNewOrchestrationInstanceAsync(CommandStarter.Orchestration, input: null, new StartOrchestrationOptions(command.CommandId), _cancellation);
        await _plane.EndOfInstanceAsync(command.CommandId);

        var after = await _plane.Get<CommandStore>().FindAsync(command.CommandId, _cancellation);
        Assert.Equal((before!.State, before.ModifiedAt, before.Error), (after!.State, after.ModifiedAt, after.Error));
        Assert.Equal(calls, _plane.Calls.Count);
        Assert.Equal("PublicRead", Assert.Single(await _plane.InventoryAsync()).Properties!.Value.GetProperty("Acl").GetString());
        Assert.Empty(await _plane.Get<StackStore>().LeasesAsync(_cancellation));
    }

    private async Task<string> AddUnreadableAsync()
    {
        var id = await AddAsync(States.InProgress);
        var commands = _plane.Get<FormaeTables>().Commands;
        await foreach (var row in commands.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"CommandId eq {id}"), cancellationToken: _cancellation))
            await commands.UpdateEntityAsync(new TableEntity(row.PartitionKey, row.RowKey) { ["StackUpdates"] = """[{"nothing": """ }, row.ETag, TableUpdateMode.Merge, _cancellation);
        await Assert.ThrowsAsync<UnreadableCommandException>(() => _plane.Get<CommandStore>().FindAsync(id, _cancellation));
        return id;
    }

    private async Task<string> AddAsync(string state)
    {
        var id = _plane.Get<KsuidSource>().Next();
        var now = DateTimeOffset.UtcNow;
        await _plane.Get<CommandStore>().AddAsync(
            new CommandRecord { CommandId = id, Kind = "apply", Mode = "patch", Source = Sources.User, ClientId = "test", State = state, StartedAt = now, ModifiedAt = now }, _cancellation);
        return id;
    }

    private async Task<string?> StateAsync(string id) => (await _plane.Get<CommandStore>().StandingAsync(id, _cancellation))?.State;
}
