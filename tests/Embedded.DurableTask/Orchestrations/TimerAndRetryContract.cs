using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.DurableTask.Tests.Orchestrations;

public sealed class TimersOfLiveInstances() : TimerAndRetryContract(replay: false);

public sealed class TimersOfReplayedInstances() : TimerAndRetryContract(replay: true);

public abstract class TimerAndRetryContract(bool replay)
{
    [Fact]
    public async Task A_timer_fires_when_its_time_comes_and_not_before()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Wait", async context =>
            {
                var before = context.CurrentUtcDateTime;
                context.SetCustomStatus("waiting");
                await context.CreateTimer(TimeSpan.FromDays(40), CancellationToken.None);
                return context.CurrentUtcDateTime - before;
            })
            .StartAsync();
        var id = await hub.ScheduleAsync("Wait");
        await hub.UntilStatusAsync(id, "waiting");
        hub.Time.Advance(TimeSpan.FromDays(40) - TimeSpan.FromMilliseconds(1));
        Assert.True((await hub.Client.GetInstanceAsync(id))!.IsRunning);
        hub.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromDays(40), (await hub.EndAsync(id)).ReadOutputAs<TimeSpan>());
    }

    [Fact]
    public async Task A_timer_outlives_a_kill()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Wait", async context =>
            {
                context.SetCustomStatus("waiting");
                await context.CreateTimer(context.CurrentUtcDateTime.AddHours(1), CancellationToken.None);
                return "woken";
            })
            .StartAsync();
        var id = await hub.ScheduleAsync("Wait");
        await hub.UntilStatusAsync(id, "waiting");
        await hub.KillAsync();
        hub.Time.Advance(TimeSpan.FromHours(2));
        await hub.StartAsync();
        Assert.Equal("woken", (await hub.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_cancelled_timer_leaves_nothing_behind()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Race", async context =>
            {
                using var source = new CancellationTokenSource();
                var timer = context.CreateTimer(TimeSpan.FromHours(1), source.Token);
                context.SetCustomStatus("waiting");
                await context.WaitForExternalEvent<string>("go");
                source.Cancel();
                try
                {
                    await timer;
                }
                catch (TaskCanceledException)
                {
                    context.SetCustomStatus("cancelled");
                }

                return await context.WaitForExternalEvent<string>("end");
            })
            .StartAsync();
        var id = await hub.ScheduleAsync("Race");
        await hub.UntilStatusAsync(id, "waiting");
        await hub.Client.RaiseEventAsync(id, "go", "x");
        await hub.UntilStatusAsync(id, "cancelled");
        await hub.KillAsync();
        Assert.Equal(0, HubFile.Count(hub.File, "messages"));
        await hub.StartAsync();
        await hub.Client.RaiseEventAsync(id, "end", "done");
        Assert.Equal("done", (await hub.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_wait_with_a_timeout_is_cancelled_when_nothing_comes()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Wait", async context =>
            {
                context.SetCustomStatus("waiting");
                try
                {
                    return await context.WaitForExternalEvent<string>("never", TimeSpan.FromMinutes(5));
                }
                catch (TaskCanceledException)
                {
                    // What comes later goes to the next who waits, not to the one who gave up.
                    context.SetCustomStatus("again");
                    return "late: " + await context.WaitForExternalEvent<string>("never");
                }
            })
            .StartAsync();
        var id = await hub.ScheduleAsync("Wait");
        await hub.UntilStatusAsync(id, "waiting");
        hub.Time.Advance(TimeSpan.FromMinutes(5));
        await hub.UntilStatusAsync(id, "again");
        await hub.Client.RaiseEventAsync(id, "NEVER", "hello");
        Assert.Equal("late: hello", (await hub.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_wait_with_a_timeout_gives_the_event_that_comes_in_time()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Wait", async context => await context.WaitForExternalEvent<int>("answer", TimeSpan.FromMinutes(5)))
            .StartAsync();
        var id = await hub.ScheduleAsync("Wait");
        await hub.Client.WaitForInstanceStartAsync(id);
        await hub.Client.RaiseEventAsync(id, "answer", 42);
        Assert.Equal(42, (await hub.EndAsync(id)).ReadOutputAs<int>());
        await hub.KillAsync();
        Assert.Equal(0, HubFile.Count(hub.File, "messages"));
    }

    [Fact]
    public async Task A_policy_tries_again_after_growing_delays()
    {
        var attempts = new List<TimeSpan>();
        await using var hub = new TestHub(replay);
        var start = hub.Time.GetUtcNow();
        hub.Orchestrator("Retry", async context =>
            {
                var policy = new RetryPolicy(5, TimeSpan.FromSeconds(10), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromSeconds(25));
                return await context.CallActivityAsync<string>("Flaky", options: TaskOptions.FromRetryPolicy(policy));
            })
            .Activity("Flaky", _ =>
            {
                lock (attempts)
                {
                    attempts.Add(hub.Time.GetUtcNow() - start);
                    return attempts.Count == 4 ? "at last" : throw new IOException("not yet");
                }
            });
        await hub.StartAsync();
        var id = await hub.ScheduleAsync("Retry");
        while (!(await hub.Client.GetInstanceAsync(id))!.IsCompleted)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("at last", (await hub.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(4, attempts.Count);
        Assert.True(attempts[1] - attempts[0] >= TimeSpan.FromSeconds(10) && attempts[2] - attempts[1] >= TimeSpan.FromSeconds(20) && attempts[3] - attempts[2] >= TimeSpan.FromSeconds(25), string.Join(", ", attempts));
    }

    [Fact]
    public async Task A_policy_gives_up_after_its_attempts_and_on_failures_it_does_not_handle()
    {
        var runs = 0;
        await using var hub = await new TestHub(replay)
            .Orchestrator("GiveUp", async context =>
            {
                var handled = new RetryPolicy(3, TimeSpan.FromTicks(1));
                var unhandled = new RetryPolicy(9, TimeSpan.FromTicks(1)) { HandleFailure = failure => !failure.IsCausedBy<IOException>() };
                var before = 0;
                foreach (var policy in new[] { handled, unhandled })
                {
                    try
                    {
                        await context.CallActivityAsync("Fail", options: TaskOptions.FromRetryPolicy(policy));
                    }
                    catch (TaskFailedException)
                    {
                        before = before * 100 + await context.CallActivityAsync<int>("Count");
                    }
                }

                return before;
            })
            .Activity("Fail", _ =>
            {
                Interlocked.Increment(ref runs);
                throw new IOException("no");
            })
            .Activity("Count", _ => Volatile.Read(ref runs))
            .StartAsync();
        var id = await hub.ScheduleAsync("GiveUp");
        while (!(await hub.Client.GetInstanceAsync(id))!.IsCompleted)
        {
            hub.Time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        Assert.Equal(304, (await hub.EndAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_handler_decides_on_each_retry_of_a_sub_orchestration()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Parent", async context =>
            {
                var asked = new List<int>();
                var options = TaskOptions.FromRetryHandler(retry =>
                {
                    asked.Add(retry.LastAttemptNumber);
                    return retry.LastFailure.IsCausedBy<InvalidDataException>() && retry.LastAttemptNumber < 3;
                });
                try
                {
                    await context.CallSubOrchestratorAsync("Child", options: options);
                }
                catch (TaskFailedException e)
                {
                    return $"{string.Join(',', asked)} {e.FailureDetails.ErrorMessage}";
                }

                return "no failure";
            })
            .Orchestrator("Child", _ => throw new InvalidDataException("bad"))
            .StartAsync();
        Assert.Equal("1,2,3 bad", await hub.RunAsync<string>("Parent"));
    }

    [Theory]
    [InlineData(0, 1, 1.0, null)]
    [InlineData(1, 0, 1.0, null)]
    [InlineData(1, 1, 0.5, null)]
    [InlineData(1, 2, 1.0, 1)]
    public void A_policy_refuses_what_makes_no_sense(int attempts, int first, double coefficient, int? longest) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(
            attempts, TimeSpan.FromSeconds(first), coefficient, longest is { } seconds ? TimeSpan.FromSeconds(seconds) : null));

    [Fact]
    public async Task A_start_in_the_future_waits_and_keeps_early_events()
    {
        await using var hub = await new TestHub(replay)
            .Orchestrator("Later", async context => await context.WaitForExternalEvent<string>("early"))
            .StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Later", new StartOrchestrationOptions { StartAt = hub.Time.GetUtcNow().AddHours(1) });
        await hub.Client.RaiseEventAsync(id, "early", "bird");
        await hub.RestartAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await hub.Client.GetInstanceAsync(id))!.RuntimeStatus);
        hub.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("bird", (await hub.EndAsync(id)).ReadOutputAs<string>());
    }
}
