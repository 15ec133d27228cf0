using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Embedded.DurableTask.Tests.Hub;

public sealed class ClientTests
{
    [Fact]
    public async Task An_id_that_is_in_use_is_refused_and_one_that_has_ended_may_be_used_again()
    {
        await using var hub = await Waiting().StartAsync();
        await hub.ScheduleAsync("Wait", 1, "same");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => hub.ScheduleAsync("Wait", 2, "same"));
        Assert.EndsWith("already exists.", refused.Message, StringComparison.Ordinal);
        await hub.Client.RaiseEventAsync("same", "e", "first");
        Assert.Equal("first", (await hub.EndAsync("same")).ReadOutputAs<string>());

        await hub.ScheduleAsync("Wait", 3, "same");
        Assert.Null((await hub.Client.GetInstanceAsync("same", getInputsAndOutputs: true))!.SerializedOutput);
        await hub.Client.RaiseEventAsync("same", "e", "second");
        Assert.Equal("second", (await hub.EndAsync("same")).ReadOutputAs<string>());

        var options = new StartOrchestrationOptions("same").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed);
        await Assert.ThrowsAsync<InvalidOperationException>(() => hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", 4, options));
        options = options.WithDedupeStatuses(OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated);
        Assert.Equal("same", await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", 5, options));
    }

    [Fact]
    public async Task Of_many_who_start_the_same_id_one_succeeds()
    {
        await using var hub = await Waiting().StartAsync();
        var attempts = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            try
            {
                await hub.ScheduleAsync("Wait", number, "one");
                return 1;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        }));
        Assert.Equal(1, attempts.Sum());
    }

    [Fact]
    public async Task Metadata_tells_what_was_asked_for()
    {
        await using var hub = await Waiting().StartAsync();
        var options = new StartOrchestrationOptions("m") { Tags = new Dictionary<string, string> { ["team"] = "red" } };
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new { Name = "x" }, options);
        await hub.Client.RaiseEventAsync("m", "e", "done");
        var end = await hub.EndAsync("m");
        Assert.Equal(("Wait", "m", "{\"Name\":\"x\"}", "\"done\"", "\"waiting\"", "red"), (end.Name, end.InstanceId, end.SerializedInput, end.SerializedOutput, end.SerializedCustomStatus, end.Tags["team"]));
        Assert.Equal(hub.Time.GetUtcNow(), end.CreatedAt);
        var bare = (await hub.Client.GetInstanceAsync("m"))!;
        Assert.Null(bare.SerializedInput);
        Assert.Throws<InvalidOperationException>(() => bare.ReadOutputAs<string>());
        Assert.Null(await hub.Client.GetInstanceAsync("unknown"));
    }

    [Fact]
    public async Task Queries_filter_by_status_prefix_and_time_and_go_page_by_page()
    {
        await using var hub = await Waiting().StartAsync();
        for (var i = 0; i < 5; i++)
            await hub.ScheduleAsync("Wait", i, $"a-{i}");
        hub.Time.Advance(TimeSpan.FromHours(1));
        var later = hub.Time.GetUtcNow();
        for (var i = 0; i < 5; i++)
            await hub.ScheduleAsync("Wait", i, $"b-{i}");
        await hub.Client.RaiseEventAsync("a-2", "e", "x");
        await hub.EndAsync("a-2");

        Assert.Equal(["a-2"], await IdsAsync(hub, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Completed])));
        Assert.Equal(["b-0", "b-1", "b-2", "b-3", "b-4"], await IdsAsync(hub, new OrchestrationQuery(InstanceIdPrefix: "b-")));
        Assert.Equal(5, (await IdsAsync(hub, new OrchestrationQuery(CreatedFrom: later))).Count);
        Assert.Equal(5, (await IdsAsync(hub, new OrchestrationQuery(CreatedTo: later.AddMinutes(-1)))).Count);
        Assert.Empty(await IdsAsync(hub, new OrchestrationQuery(InstanceIdPrefix: "A-")));

        var query = new OrchestrationQuery(PageSize: 4, FetchInputsAndOutputs: true);
        var sizes = new List<int>();
        string? token = null;
        await foreach (var page in hub.Client.GetAllInstancesAsync(query).AsPages())
        {
            sizes.Add(page.Values.Count);
            token ??= page.ContinuationToken;
            Assert.All(page.Values, instance => Assert.NotNull(instance.SerializedInput));
        }

        Assert.Equal([4, 4, 2], sizes);
        Assert.Equal("a-4", (await IdsAsync(hub, query with { ContinuationToken = token }))[0]);
    }

    [Fact]
    public async Task Purging_removes_what_has_ended_and_nothing_else()
    {
        await using var hub = await Waiting()
            .Orchestrator("Parent", async context => await context.CallSubOrchestratorAsync<string>("Child", null, new SubOrchestrationOptions(instanceId: "child")))
            .Orchestrator("Child", _ => Task.FromResult<object?>("ok"))
            .StartAsync();
        await hub.ScheduleAsync("Wait", id: "running");
        await hub.ScheduleAsync("Parent", id: "parent");
        await hub.EndAsync("parent");
        Assert.Equal(0, (await hub.Client.PurgeInstanceAsync("running")).PurgedInstanceCount);
        Assert.Equal(2, (await hub.Client.PurgeInstanceAsync("parent", new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
        Assert.Null(await hub.Client.GetInstanceAsync("child"));

        for (var i = 0; i < 3; i++)
        {
            await hub.ScheduleAsync("Child", id: $"c{i}");
            await hub.EndAsync($"c{i}");
        }

        var purged = await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(hub.Time.GetUtcNow().AddMinutes(-1), null, [OrchestrationRuntimeStatus.Completed]));
        Assert.Equal((3, true), (purged.PurgedInstanceCount, purged.IsComplete));
        Assert.Equal(["running"], await IdsAsync(hub, new OrchestrationQuery()));
    }

    [Fact]
    public async Task A_purge_without_a_beginning_is_refused_as_the_Functions_host_would()
    {
        await using var hub = await Waiting().StartAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: hub.Time.GetUtcNow())));
    }

    [Fact]
    public async Task Termination_ends_an_instance_that_has_not_begun()
    {
        await using var hub = await Waiting().StartAsync();
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("later", hub.Time.GetUtcNow().AddDays(1)));
        await hub.Client.TerminateInstanceAsync("later", (object)"enough");
        var end = await hub.EndAsync("later");
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "\"enough\""), (end.RuntimeStatus, end.SerializedOutput));
    }

    [Fact]
    public async Task Waiting_can_be_given_up()
    {
        await using var hub = await Waiting().StartAsync();
        await hub.ScheduleAsync("Wait", id: "w");
        using var cancelled = new CancellationTokenSource();
        var wait = hub.Client.WaitForInstanceCompletionAsync("w", cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    private static TestHub Waiting() => new TestHub().Orchestrator("Wait", async context =>
    {
        context.SetCustomStatus("waiting");
        return await context.WaitForExternalEvent<string>("e");
    });

    private static async Task<List<string>> IdsAsync(TestHub hub, OrchestrationQuery query)
    {
        var ids = new List<string>();
        await foreach (var instance in hub.Client.GetAllInstancesAsync(query))
            ids.Add(instance.InstanceId);
        return ids;
    }
}
