using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.DurableTask.Tests.Orchestrations;

public sealed class ChildrenOfLiveInstances() : SubOrchestrationContract(replay: false);

public sealed class ChildrenOfReplayedInstances() : SubOrchestrationContract(replay: true);

public abstract class SubOrchestrationContract(bool replay)
{
    [Fact]
    public async Task A_child_knows_its_parent_and_answers_it()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Parent", async context =>
            {
                var expected = context.Parent is null;
                var child = await context.CallSubOrchestratorAsync<string>("Child", 20, new SubOrchestrationOptions(instanceId: "the-child"));
                return $"{expected} {child}";
            })
            .Orchestrator("Child", context => Task.FromResult<object?>($"{context.InstanceId} {context.Parent!.Name} {context.Parent.InstanceId} {context.GetInput<int>()}"))
            .StartAsync();
        await hub.ScheduleAsync("Parent", id: "the-parent");
        Assert.Equal("True the-child Parent the-parent 20", (await hub.EndAsync("the-parent")).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await hub.Client.GetInstanceAsync("the-child"))!.RuntimeStatus);
    }

    [Fact]
    public async Task The_id_of_a_child_is_a_guid_of_its_parent_by_default()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Parent", async context => await context.CallSubOrchestratorAsync<string>("Child"))
            .Orchestrator("Child", context => Task.FromResult<object?>(context.InstanceId))
            .StartAsync();
        var id = await hub.RunAsync<string>("Parent");
        Assert.True(Guid.TryParseExact(id, "N", out _), id);
    }

    [Fact]
    public async Task A_failed_child_fails_the_call()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Parent", async context =>
            {
                try
                {
                    await context.CallSubOrchestratorAsync("Child");
                    return null;
                }
                catch (TaskFailedException e)
                {
                    return $"{e.TaskName}: {e.FailureDetails.ErrorMessage}";
                }
            })
            .Orchestrator("Child", _ => throw new InvalidOperationException("child's fault"))
            .StartAsync();
        Assert.Equal("Child: child's fault", await hub.RunAsync<string>("Parent"));
    }

    [Fact]
    public async Task A_child_whose_id_is_taken_by_a_running_instance_fails_the_call()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Parent", async context => await context.CallSubOrchestratorAsync<string>("Child", null, new SubOrchestrationOptions(instanceId: "taken")))
            .Orchestrator("Child", async context => await context.WaitForExternalEvent<string>("never"))
            .StartAsync();
        await hub.ScheduleAsync("Child", id: "taken");
        var end = await hub.EndAsync(await hub.ScheduleAsync("Parent"));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.EndsWith("already exists.", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Termination_reaches_the_children_when_it_is_recursive(bool recursive)
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Parent", async context =>
            {
                var child = context.CallSubOrchestratorAsync<string>("Child", null, new SubOrchestrationOptions(instanceId: "c"));
                context.SetCustomStatus("up");
                return await child;
            })
            .Orchestrator("Child", async context =>
            {
                context.SetCustomStatus("up");
                return await context.WaitForExternalEvent<string>("end");
            })
            .StartAsync();
        await hub.ScheduleAsync("Parent", id: "p");
        await hub.UntilStatusAsync("c", "up");
        await hub.Client.TerminateInstanceAsync("p", new TerminateInstanceOptions("stopped", recursive));
        var parent = await hub.EndAsync("p");
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "\"stopped\""), (parent.RuntimeStatus, parent.SerializedOutput));
        if (!recursive)
            await hub.Client.RaiseEventAsync("c", "end", "by itself");
        Assert.Equal(recursive ? OrchestrationRuntimeStatus.Terminated : OrchestrationRuntimeStatus.Completed, (await hub.EndAsync("c")).RuntimeStatus);
    }

    [Fact]
    public async Task A_thousand_children_all_answer()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Parent", async context =>
                (await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => context.CallSubOrchestratorAsync<int>("Child", i)))).Sum())
            .Orchestrator("Child", context => Task.FromResult<object?>(context.GetInput<int>()))
            .StartAsync();
        Assert.Equal(499_500, await hub.RunAsync<int>("Parent"));
    }
}
