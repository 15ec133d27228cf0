using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.DurableTask.Tests.Orchestrations;

public sealed class ActivitiesOfLiveInstances() : ActivityContract(replay: false);

public sealed class ActivitiesOfReplayedInstances() : ActivityContract(replay: true);

public abstract class ActivityContract(bool replay)
{
    [Fact]
    public async Task An_orchestration_returns_what_its_activities_gave()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Sum", async context =>
            {
                var input = context.GetInput<int[]>()!;
                var doubled = await Task.WhenAll(input.Select(number => context.CallActivityAsync<int>("Double", number)));
                return await context.CallActivityAsync<int>("Add", doubled);
            })
            .Activity("double", invocation => invocation.ReadInput<int>() * 2)
            .Activity("Add", invocation => invocation.ReadInput<int[]>()!.Sum())
            .StartAsync();
        Assert.Equal(12, await hub.RunAsync<int>("sum", new[] { 1, 2, 3 }));
    }

    [Fact]
    public async Task A_chain_of_activities_keeps_its_order()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Chain", async context =>
            {
                var text = "";
                for (var i = 0; i < 20; i++)
                    text = await context.CallActivityAsync<string>("Append", new[] { text, i.ToString() });
                return text;
            })
            .Activity("Append", invocation => string.Concat(invocation.ReadInput<string[]>()!))
            .StartAsync();
        Assert.Equal("012345678910111213141516171819", await hub.RunAsync<string>("Chain"));
    }

    [Fact]
    public async Task A_failed_activity_surfaces_with_its_details()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Try", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Fail");
                    return "no failure";
                }
                catch (TaskFailedException e)
                {
                    return $"{e.Message}|{e.TaskName}|{e.TaskId}|{e.FailureDetails.ErrorType}|{e.FailureDetails.IsCausedBy<InvalidOperationException>()}|{e.FailureDetails.IsCausedBy<Exception>()}|{e.FailureDetails.IsCausedBy<ArgumentException>()}|{e.FailureDetails.InnerFailure?.ErrorMessage}";
                }
            })
            .Activity("Fail", _ => throw new InvalidOperationException("nope", new IOException("deep")))
            .StartAsync();
        Assert.Equal("Task 'Fail' (#0) failed with an unhandled exception: nope|Fail|0|System.InvalidOperationException|True|True|False|deep", await hub.RunAsync<string>("Try"));
    }

    [Fact]
    public async Task An_orchestration_that_lets_a_failure_pass_fails()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Pass", async context => await context.CallActivityAsync<string>("Fail"))
            .Activity("Fail", _ => throw new InvalidOperationException("nope"))
            .StartAsync();
        var end = await hub.EndAsync(await hub.ScheduleAsync("Pass"));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("Microsoft.DurableTask.TaskFailedException: Task 'Fail' (#0) failed with an unhandled exception: nope", end.SerializedOutput);
        Assert.True(end.FailureDetails!.IsCausedBy<TaskFailedException>());
        Assert.Equal("nope", end.FailureDetails.InnerFailure!.ErrorMessage);
    }

    [Fact]
    public async Task An_activity_that_is_not_registered_fails_its_caller_only()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Call", async context => await context.CallActivityAsync<string>("Missing"))
            .Orchestrator("Fine", context => Task.FromResult<object?>("fine"))
            .StartAsync();
        var end = await hub.EndAsync(await hub.ScheduleAsync("Call"));
        Assert.Contains("'Missing' doesn't exist", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("fine", await hub.RunAsync<string>("Fine"));
    }

    [Fact]
    public async Task An_orchestrator_that_is_not_registered_fails_its_instance()
    {
        await using var hub = await new TestHub(replay).StartAsync();
        var end = await hub.EndAsync(await hub.ScheduleAsync("Nobody"));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'Nobody' doesn't exist", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_of_an_orchestration_reaches_its_activities_and_not_its_children()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Parent", async context =>
            {
                var child = new SubOrchestrationOptions { Version = "7.0" };
                return $"{context.Version}|{context.CompareVersionTo("1.10")}|{await context.CallActivityAsync<string>("Version")}|{await context.CallSubOrchestratorAsync<string>("Child")}|{await context.CallSubOrchestratorAsync<string>("Child", null, child)}";
            })
            .Orchestrator("Child", context => Task.FromResult<object?>("v" + context.Version))
            .Activity("Version", invocation => invocation.Version)
            .StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent", new StartOrchestrationOptions { Version = "1.9" });
        Assert.Equal("1.9|-1|1.9|v|v7.0", (await hub.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Guids_and_the_clock_are_the_same_on_replay()
    {
        var seen = new List<string>();
        await using var hub = await new TestHub(replay)
            .Orchestrator("Ids", async context =>
            {
                var first = $"{context.NewGuid()}{context.NewGuid()}{context.CurrentUtcDateTime:o}";
                lock (seen)
                    seen.Add(first);
                await context.CallActivityAsync("Nothing");
                await context.CallActivityAsync("Nothing");
                return first;
            })
            .Activity("Nothing", _ => null)
            .StartAsync();
        var result = await hub.RunAsync<string>("Ids");
        Assert.Equal(replay ? 3 : 1, seen.Count);
        Assert.All(seen, text => Assert.Equal(result, text));
    }

    [Fact]
    public async Task A_guid_follows_the_recipe()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Guid", context => Task.FromResult<object?>(context.NewGuid()))
            .StartAsync();
        var id = await hub.ScheduleAsync("Guid", id: "fixed");

        // Version 5 over "fixed_2030-01-02T03:04:05.0000000Z_0" in the namespace 9e952958-5e33-4daf-827f-2fa12937b875, computed apart from this code.
        Assert.Equal(Guid.Parse(Recipe), (await hub.EndAsync(id)).ReadOutputAs<Guid>());
    }

    private const string Recipe = "3e84e877-120f-5a20-8d80-8d72639e677a";
}
