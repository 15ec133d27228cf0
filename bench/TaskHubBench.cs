using System.Diagnostics;
using Formae.Embedded.DurableTask;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Bench;

/// <summary>How much the task hub gets through. Each part runs on a hub of its own, in a temporary folder.</summary>
internal static class TaskHubBench
{
    public static async Task RunAsync(BenchOptions options, Results results, CancellationToken cancellation)
    {
        for (var run = 0; run < options.Runs; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            await FanOutAsync(results, options.Count(40_000, 1000));
            await EntitySignalsAsync(results, options.Count(60_000, 1000));
            await OrchestrationsAsync(results, options.Count(10_000, 300));
            await ExternalEventsAsync(results, options.Count(40_000, 1000));
            await ChainAsync(results, options.Count(5_000, 200));
        }
    }

    private static async Task FanOutAsync(Results results, int activities)
    {
        const int Instances = 20;
        await using var hub = await BenchHub.StartAsync(registry =>
        {
            registry.AddActivity("Echo", invocation => Task.FromResult<object?>(invocation.ReadInput<int>()));
            registry.AddOrchestrator("FanOut", async context =>
            {
                var count = context.GetInput<int>();
                var results = await Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync<int>("Echo", i)));
                return results.Length;
            });
        });
        await hub.MeasureAsync(results, "activities fanned out", activities, async client =>
        {
            var ids = await Task.WhenAll(Enumerable.Range(0, Instances).Select(_ => client.ScheduleNewOrchestrationInstanceAsync("FanOut", activities / Instances)));
            await Task.WhenAll(ids.Select(id => client.WaitForInstanceCompletionAsync(id)));
        });
    }

    private static async Task EntitySignalsAsync(Results results, int signals)
    {
        const int Entities = 1000;
        var left = signals;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hub = await BenchHub.StartAsync(registry => registry.AddEntity("Counter", (dispatcher, _) => dispatcher.DispatchAsync(operation =>
        {
            operation.State.SetState(operation.State.GetState<int>() + operation.GetInput<int>());
            if (Interlocked.Decrement(ref left) == 0)
                done.TrySetResult();
            return ValueTask.FromResult<object?>(null);
        })));
        await hub.MeasureAsync(results, "entity signals over 1,000 entities", signals, async client =>
        {
            await Task.WhenAll(Enumerable.Range(0, 64).Select(async sender =>
            {
                for (var i = sender; i < signals; i += 64)
                    await client.Entities.SignalEntityAsync(new EntityInstanceId("counter", (i % Entities).ToString(System.Globalization.CultureInfo.InvariantCulture)), "add", 1);
            }));
            await done.Task;
        });
    }

    private static async Task OrchestrationsAsync(Results results, int orchestrations)
    {
        await using var hub = await BenchHub.StartAsync(registry =>
        {
            registry.AddActivity("Echo", invocation => Task.FromResult<object?>(invocation.ReadInput<int>()));
            registry.AddOrchestrator("One", async context => await context.CallActivityAsync<int>("Echo", context.GetInput<int>()));
        });
        await hub.MeasureAsync(results, "orchestrations with one activity", orchestrations, client => Task.WhenAll(Enumerable.Range(0, 64).Select(async sender =>
        {
            for (var i = sender; i < orchestrations; i += 64)
                await client.WaitForInstanceCompletionAsync(await client.ScheduleNewOrchestrationInstanceAsync("One", i));
        })));
    }

    private static async Task ExternalEventsAsync(Results results, int events)
    {
        await using var hub = await BenchHub.StartAsync(registry => registry.AddOrchestrator("Collect", async context =>
        {
            var left = context.GetInput<int>();
            for (var taken = 0; taken < 300 && left > 0; taken++, left--)
                await context.WaitForExternalEvent<int>("Event");
            if (left > 0)
                context.ContinueAsNew(left);
            return left;
        }));
        await hub.MeasureAsync(results, "external events into one instance, as new every 300", events, async client =>
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("Collect", events);
            await Task.WhenAll(Enumerable.Range(0, 64).Select(async sender =>
            {
                for (var i = sender; i < events; i += 64)
                    await client.RaiseEventAsync(id, "Event", i);
            }));
            await client.WaitForInstanceCompletionAsync(id);
        });
    }

    private static async Task ChainAsync(Results results, int steps)
    {
        await using var hub = await BenchHub.StartAsync(registry =>
        {
            registry.AddActivity("Next", invocation => Task.FromResult<object?>(invocation.ReadInput<int>() + 1));
            registry.AddOrchestrator("Chain", async context =>
            {
                var value = 0;
                while (value < context.GetInput<int>())
                    value = await context.CallActivityAsync<int>("Next", value);
                return value;
            });
        });
        await hub.MeasureAsync(results, "activities in a chain", steps, async client =>
            await client.WaitForInstanceCompletionAsync(await client.ScheduleNewOrchestrationInstanceAsync("Chain", steps)));
    }

    private sealed class BenchHub : IAsyncDisposable
    {
        private readonly string _folder = Path.Combine(Path.GetTempPath(), "formae-bench-" + Guid.NewGuid().ToString("N"));
        private readonly TaskHub _hub;

        private BenchHub(Action<TaskHubRegistry> register)
        {
            var registry = new TaskHubRegistry();
            register(registry);
            _hub = TaskHub.Open(new TaskHubOptions { Directory = _folder }, registry, NullLoggerFactory.Instance, TimeProvider.System);
        }

        public static async Task<BenchHub> StartAsync(Action<TaskHubRegistry> register)
        {
            var hub = new BenchHub(register);
            await hub._hub.StartAsync(CancellationToken.None);
            return hub;
        }

        public async Task MeasureAsync(Results results, string what, int count, Func<Microsoft.DurableTask.Client.DurableTaskClient, Task> work)
        {
            var watch = Stopwatch.StartNew();
            await work(_hub.Client);
            results.Add(new Scenario("task hub, " + what, "/s"), count / watch.Elapsed.TotalSeconds);
        }

        public async ValueTask DisposeAsync()
        {
            await _hub.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
