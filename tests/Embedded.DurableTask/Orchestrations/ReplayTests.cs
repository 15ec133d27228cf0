using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.DurableTask.Tests.Orchestrations;

public sealed class ReplayTests
{
    [Theory]
    [InlineData("Activity 'First' #0", "Activity 'Other' #0")]
    [InlineData("Activity 'First' #0", "Timer #0")]
    [InlineData("Activity 'First' #0", "nothing")]
    [InlineData("Activity 'First' #0", "its end")]
    public async Task Code_that_does_something_else_on_replay_fails_its_instance_and_says_what(string expected, string found)
    {
        var isChanged = false;
        await using var hub = await new TestHub()
            .Orchestrator("Changing", async context =>
            {
                if (!isChanged)
                    await context.CallActivityAsync("First");
                else if (found.StartsWith("Activity", StringComparison.Ordinal))
                    await context.CallActivityAsync("Other");
                else if (found.StartsWith("Timer", StringComparison.Ordinal))
                    await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                else if (found == "its end")
                    return "early";
                context.SetCustomStatus("up");
                return await context.WaitForExternalEvent<string>("e");
            })
            .Orchestrator("Fine", async context => await context.WaitForExternalEvent<string>("e"))
            .Activity("First", _ => null)
            .StartAsync();
        await hub.ScheduleAsync("Changing", id: "poor");
        await hub.ScheduleAsync("Fine", id: "rich");
        await hub.UntilStatusAsync("poor", "up");
        await hub.KillAsync();
        isChanged = true;
        await hub.StartAsync();
        await hub.Client.RaiseEventAsync("poor", "e", "x");
        await hub.Client.RaiseEventAsync("rich", "e", "x");
        var end = await hub.EndAsync("poor");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith("Non-deterministic orchestrator detected: instance 'poor'", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains($"its history records {expected}, but the code gave {found}.", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("x", (await hub.EndAsync("rich")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_action_that_history_does_not_know_is_found_out()
    {
        var isChanged = false;
        await using var hub = await new TestHub()
            .Orchestrator("Changing", async context =>
            {
                if (isChanged)
                    _ = context.CallActivityAsync("Extra");
                context.SetCustomStatus("up");
                return await context.WaitForExternalEvent<string>("e");
            })
            .StartAsync();
        await hub.ScheduleAsync("Changing", id: "poor");
        await hub.UntilStatusAsync("poor", "up");
        isChanged = true;
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync("poor", "e", "x");
        Assert.Contains("records nothing, but the code gave Activity 'Extra' #0.", (await hub.EndAsync("poor")).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_that_cannot_be_read_loses_its_instance_alone()
    {
        await using var hub = await new TestHub()
            .Orchestrator("Wait", async context =>
            {
                context.SetCustomStatus("up");
                return await context.WaitForExternalEvent<string>("e");
            })
            .StartAsync();
        await hub.ScheduleAsync("Wait", id: "poor");
        await hub.UntilStatusAsync("poor", "up");
        await hub.KillAsync();
        HubFile.Execute(hub.File, "UPDATE history SET body=x'0105ffff'");
        await hub.StartAsync();
        await hub.ScheduleAsync("Wait", id: "rich");
        foreach (var id in new[] { "poor", "rich" })
            await hub.Client.RaiseEventAsync(id, "e", "x");
        Assert.True((await hub.EndAsync("poor")).FailureDetails!.IsCausedBy<InvalidDataException>());
        Assert.Equal("x", (await hub.EndAsync("rich")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("delay", false)]
    [InlineData("delay", true)]
    [InlineData("run", false)]
    [InlineData("configure", false)]
    [InlineData("cancel", false)]
    [InlineData("cancel", true)]
    public async Task Awaiting_what_is_not_durable_is_found_out(string how, bool replay)
    {
        // What is done before it is awaited cannot be found out: it all ends when the orchestrator is known to wait.
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sources = new ConcurrentQueue<CancellationTokenSource>();
        await using var hub = await new TestHub(replay)
            .Orchestrator("Bad", async context =>
            {
                // Each run has its own: a replay is no worse than the run before.
                var source = new CancellationTokenSource();
                sources.Enqueue(source);
                context.SetCustomStatus("waiting");
                if (how == "delay")
                    await Task.WhenAll(waits.Task, Task.Delay(1));
                else if (how == "run")
                    await Task.Run(() => waits.Task);
                else if (how == "configure")
                    await context.WaitForExternalEvent<string>("e").ConfigureAwait(false);
                else
                    await context.WaitForExternalEvent<string>("never", source.Token);
                await context.CallActivityAsync("Nothing");
                return null;
            })
            .Activity("Nothing", _ => null)
            .StartAsync();
        var id = await hub.ScheduleAsync("Bad");
        await hub.UntilStatusAsync(id, "waiting");
        if (how == "configure")
            await hub.Client.RaiseEventAsync(id, "e", "x");
        waits.SetResult();
        if (how == "cancel")
            await sources.First().CancelAsync();
        var end = await hub.EndAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith("An invalid asynchronous invocation was detected.", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Yielding_and_continuing_with_stays_on_the_orchestrators_thread()
    {
        await using var hub = await new TestHub()
            .Orchestrator("Fine", async context =>
            {
                await Task.Yield();
                var one = await context.CallActivityAsync<int>("One").ContinueWith(task => task.Result + 1, TaskScheduler.Current);
                await Task.Yield();
                return one + await context.CallActivityAsync<int>("One");
            })
            .Activity("One", _ => 1)
            .StartAsync();
        Assert.Equal(3, await hub.RunAsync<int>("Fine"));
    }

    [Fact]
    public async Task An_evicted_instance_is_replayed_when_it_is_needed()
    {
        var starts = 0;
        await using var hub = await new TestHub { CacheSize = 2 }
            .Orchestrator("Wait", async context =>
            {
                Interlocked.Increment(ref starts);
                context.SetCustomStatus("up");
                return await context.WaitForExternalEvent<string>("e");
            })
            .StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await hub.ScheduleAsync("Wait", id: $"i{i}");
            await hub.UntilStatusAsync($"i{i}", "up");
        }

        for (var i = 0; i < 5; i++)
        {
            await hub.Client.RaiseEventAsync($"i{i}", "e", "x");
            Assert.Equal("x", (await hub.EndAsync($"i{i}")).ReadOutputAs<string>());
        }

        Assert.InRange(starts, 7, 10);
    }

    [Fact]
    public async Task Only_new_work_is_logged_and_replaying_is_known()
    {
        var seen = new List<bool>();
        await using var hub = await new TestHub(replay: true)
            .Orchestrator("Know", async context =>
            {
                seen.Add(context.IsReplaying);
                await context.CallActivityAsync("Nothing");
                seen.Add(context.IsReplaying);
                await context.CallActivityAsync("Nothing");
                seen.Add(context.IsReplaying);
                return null;
            })
            .Activity("Nothing", _ => null)
            .StartAsync();
        await hub.RunAsync<object>("Know");
        Assert.Equal([false, true, false, true, true, false], seen);
    }
}
