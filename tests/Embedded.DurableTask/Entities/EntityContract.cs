using System.Reflection;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Embedded.DurableTask.Tests.Entities;

public sealed class EntitiesOfLiveInstances() : EntityContract(replay: false);

public sealed class EntitiesOfReplayedInstances() : EntityContract(replay: true);

public abstract class EntityContract(bool replay)
{
    private static readonly EntityInstanceId Account = new("Account", "Anna");

    [Fact]
    public async Task Calls_answer_with_the_state_that_signals_and_calls_made()
    {
        await using var hub = await new TestHub(replay)
            .Entity<AccountEntity>("Account")
            .Orchestrator("Use", async context =>
            {
                await context.Entities.SignalEntityAsync(Account, "add", 5);
                await context.Entities.CallEntityAsync(Account, "ADD", 7);
                return await context.Entities.CallEntityAsync<int>(Account, "get");
            })
            .StartAsync();
        Assert.Equal(12, await hub.RunAsync<int>("Use"));
        var seen = (await hub.Client.Entities.GetEntityAsync<int>(new EntityInstanceId("ACCOUNT", "Anna")))!;
        Assert.Equal((12, "@account@Anna"), (seen.State, seen.Id.ToString()));
        Assert.Null(await hub.Client.Entities.GetEntityAsync(new EntityInstanceId("account", "anna")));
        await hub.RestartAsync();
        Assert.Equal(24, await hub.RunAsync<int>("Use"));
    }

    [Fact]
    public async Task An_operation_that_throws_takes_back_its_state_and_its_messages_and_the_next_goes_on()
    {
        var other = new EntityInstanceId("account", "other");
        await using var hub = await new TestHub(replay)
            .Entity<AccountEntity>("Account")
            .Orchestrator("Use", async context =>
            {
                await context.Entities.CallEntityAsync(Account, "add", 1);
                var text = "no failure";
                var failing = context.Entities.CallEntityAsync(Account, "AddTellAndFail", other);
                var following = context.Entities.CallEntityAsync(Account, "add", 10);
                try
                {
                    await failing;
                }
                catch (EntityOperationFailedException e)
                {
                    text = $"{e.EntityId} {e.OperationName} {e.FailureDetails.ErrorMessage} {e.FailureDetails.IsCausedBy<InvalidOperationException>()}";
                }

                await following;
                return $"{text} {await context.Entities.CallEntityAsync<int>(Account, "get")} {await context.Entities.CallEntityAsync<int>(other, "get")}";
            })
            .StartAsync();
        Assert.Equal("@account@Anna AddTellAndFail no way True 11 0", await hub.RunAsync<string>("Use"));
    }

    [Fact]
    public async Task State_that_was_set_or_changed_in_place_before_a_failure_is_taken_back()
    {
        var id = new EntityInstanceId("list", "l");
        await using var hub = await new TestHub(replay)
            .Entity<ListEntity>("List")
            .Entity("Setter", operation =>
            {
                operation.State.SetState(operation.State.GetState<int>() + 1);
                return operation.Name == "fail" ? throw new InvalidOperationException("no") : operation.State.GetState<int>();
            })
            .Orchestrator("Use", async context =>
            {
                var setter = new EntityInstanceId("setter", "s");
                var calls = new[]
                {
                    context.Entities.CallEntityAsync(id, "add", 1), context.Entities.CallEntityAsync(id, "addandfail", 2), context.Entities.CallEntityAsync(id, "add", 3),
                    context.Entities.CallEntityAsync(setter, "add"), context.Entities.CallEntityAsync(setter, "fail"),
                };
                foreach (var call in calls)
                {
                    try
                    {
                        await call;
                    }
                    catch (EntityOperationFailedException)
                    {
                        context.SetCustomStatus("failed");
                    }
                }

                return $"{string.Join(',', await context.Entities.CallEntityAsync<List<int>>(id, "get"))} {await context.Entities.CallEntityAsync<int>(setter, "add")}";
            })
            .StartAsync();
        Assert.Equal("1,3 2", await hub.RunAsync<string>("Use"));
    }

    [Fact]
    public async Task An_entity_signals_others_and_starts_orchestrations()
    {
        await using var hub = await new TestHub(replay)
            .Entity<AccountEntity>("Account")
            .Orchestrator("Started", context => Task.FromResult<object?>(context.GetInput<string>()))
            .StartAsync();
        await hub.Client.Entities.SignalEntityAsync(Account, "TellAndStart", new EntityInstanceId("account", "Bert"));
        await hub.UntilEntityAsync<int>(new EntityInstanceId("account", "Bert"), "100", state => state == 100);
        Assert.Equal("from @account@Anna", (await hub.EndAsync("by-entity")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_signal_with_a_time_comes_at_that_time_even_after_a_kill()
    {
        await using var hub = await new TestHub(replay).Entity<AccountEntity>("Account").StartAsync();
        var entities = hub.Client.Entities;
        await entities.SignalEntityAsync(Account, "add", 1, hub.Time.GetUtcNow().AddHours(1));
        await entities.SignalEntityAsync(Account, "add", 10);
        await hub.UntilEntityAsync<int>(Account, "10", state => state == 10);
        await hub.RestartAsync();
        hub.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(10, (await hub.Client.Entities.GetEntityAsync<int>(Account))!.State);
        hub.Time.Advance(TimeSpan.FromMinutes(1));
        await hub.UntilEntityAsync<int>(Account, "11", state => state == 11);
    }

    [Fact]
    public async Task Deleting_leaves_an_empty_entity_that_cleaning_removes()
    {
        await using var hub = await new TestHub(replay)
            .Entity<AccountEntity>("Account")
            .Orchestrator("Delete", async context =>
            {
                await context.Entities.CallEntityAsync(Account, "add", 5);
                await context.Entities.CallEntityAsync(Account, "DELETE");
                return null;
            })
            .StartAsync();
        await hub.RunAsync<object>("Delete");
        Assert.Null(await hub.Client.Entities.GetEntityAsync(Account));
        Assert.Single(await ListAsync(hub, new EntityQuery { IncludeTransient = true }));
        Assert.Equal(1, (await hub.Client.Entities.CleanEntityStorageAsync()).EmptyEntitiesRemoved);
        Assert.Empty(await ListAsync(hub, new EntityQuery { IncludeTransient = true }));
    }

    [Theory]
    [InlineData("nothing", typeof(NotSupportedException), "No suitable method found for entity operation")]
    [InlineData("Overloaded", typeof(AmbiguousMatchException), "")]
    [InlineData("Add", typeof(InvalidOperationException), "has no input")]
    [InlineData("InitializeState", typeof(NotSupportedException), "No suitable method")]
    public async Task An_operation_that_cannot_be_dispatched_fails(string operation, Type failure, string message)
    {
        await using var hub = await new TestHub(replay)
            .Entity<AccountEntity>("Account")
            .Orchestrator("Call", async context =>
            {
                await context.Entities.CallEntityAsync(Account, operation);
                return null;
            })
            .StartAsync();
        var inner = (await hub.EndAsync(await hub.ScheduleAsync("Call"))).FailureDetails!.InnerFailure!;
        Assert.True(inner.IsCausedBy(failure), inner.ToString());
        Assert.Contains(message, inner.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Wait", 3)]
    [InlineData("WaitValue", 4)]
    [InlineData("Defaulted", 5)]
    public async Task Operations_may_be_asynchronous_and_have_defaults(string operation, int expected)
    {
        await using var hub = await new TestHub(replay)
            .Entity<AccountEntity>("Account")
            .Orchestrator("Call", async context => await context.Entities.CallEntityAsync<int>(Account, operation))
            .StartAsync();
        Assert.Equal(expected, await hub.RunAsync<int>("Call"));
    }

    [Theory]
    [InlineData("Silent", "did not dispatch")]
    [InlineData("Broken", "no services")]
    [InlineData("Unknown", "'unknown' doesn't exist")]
    public async Task Code_that_does_not_serve_its_operations_fails_them(string name, string message)
    {
        var hub = new TestHub(replay);
        await using var disposing = hub;
        hub.Registry.AddEntity("Silent", (_, _) => Task.CompletedTask);
        hub.Registry.AddEntity("Broken", (_, _) => throw new InvalidOperationException("no services"));
        hub.Orchestrator("Call", async context => await context.Entities.CallEntityAsync<int>(new EntityInstanceId(name, "x"), "op"));
        await hub.StartAsync();
        Assert.Contains(message, (await hub.EndAsync(await hub.ScheduleAsync("Call"))).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entity_is_made_from_the_services_of_its_invocation()
    {
        var hub = new TestHub(replay);
        await using var disposing = hub;
        var services = new ServiceCollection().AddSingleton("injected").BuildServiceProvider();
        hub.Registry.AddEntity("Needy", (dispatcher, _) =>
        {
            dispatcher.Services = services;
            return dispatcher.DispatchAsync<NeedyEntity>();
        });
        hub.Orchestrator("Call", async context => await context.Entities.CallEntityAsync<string>(new EntityInstanceId("needy", "x"), "tell"));
        await hub.StartAsync();
        Assert.Equal("injected", await hub.RunAsync<string>("Call"));
    }

    [Fact]
    public async Task An_entity_can_raise_an_event_for_its_caller_from_inside_an_operation()
    {
        var hub = new TestHub(replay);
        await using var disposing = hub;
        hub.Registry.AddEntity("Reporter", (dispatcher, _) => dispatcher.DispatchAsync(async operation =>
        {
            await hub.Client.RaiseEventAsync(operation.GetInput<string>()!, "report", operation.Context.Id.Key);
            return null;
        }));
        hub.Orchestrator("Gather", async context =>
        {
            for (var i = 0; i < 50; i++)
                await context.Entities.SignalEntityAsync(new EntityInstanceId("reporter", $"{i:00}"), "begin", context.InstanceId);
            var reports = new List<string>();
            while (reports.Count < 50)
                reports.Add(await context.WaitForExternalEvent<string>("report"));
            return reports.Distinct().Count();
        });
        await hub.StartAsync();
        Assert.Equal(50, await hub.RunAsync<int>("Gather"));
    }

    [Fact]
    public async Task An_entity_never_runs_two_operations_at_once_and_loses_none()
    {
        var (inside, most) = (0, 0);
        var hub = new TestHub(replay);
        await using var disposing = hub;
        hub.Registry.AddEntity("One", (dispatcher, _) => dispatcher.DispatchAsync(async operation =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            operation.State.SetState(operation.State.GetState<int>() + 1);
            Interlocked.Decrement(ref inside);
            return null;
        }));
        await hub.StartAsync();
        var id = new EntityInstanceId("one", "x");
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => hub.Client.Entities.SignalEntityAsync(id, "inc")));
        await hub.UntilEntityAsync<int>(id, "500", state => state == 500);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Queries_filter_by_prefix_and_go_page_by_page()
    {
        await using var hub = await new TestHub(replay).Entity<AccountEntity>("Account").Entity<AccountEntity>("Other").StartAsync();
        for (var i = 0; i < 7; i++)
            await hub.Client.Entities.SignalEntityAsync(new EntityInstanceId("account", $"k{i}"), "add", i);
        await hub.Client.Entities.SignalEntityAsync(new EntityInstanceId("other", "k"), "add", 1);
        await hub.UntilEntityAsync<int>(new EntityInstanceId("other", "k"), "1", state => state == 1);
        await hub.UntilEntityAsync<int>(new EntityInstanceId("account", "k6"), "6", state => state == 6);
        var pages = new List<int>();
        await foreach (var page in hub.Client.Entities.GetAllEntitiesAsync<int>(new EntityQuery { InstanceIdStartsWith = "ACCOUNT", PageSize = 3 }).AsPages())
            pages.Add(page.Values.Count);
        Assert.Equal([3, 3, 1], pages);
        Assert.Equal(["@account@k4"], (await ListAsync(hub, new EntityQuery { InstanceIdStartsWith = "@Account@k4" })).Select(entity => entity.Id.ToString()));
        var bare = Assert.Single(await ListAsync(hub, new EntityQuery { InstanceIdStartsWith = "other", IncludeState = false }));
        Assert.Throws<InvalidOperationException>(() => bare.State);
    }

    private static async Task<List<EntityMetadata>> ListAsync(TestHub hub, EntityQuery query)
    {
        var found = new List<EntityMetadata>();
        await foreach (var entity in hub.Client.Entities.GetAllEntitiesAsync(query))
            found.Add(entity);
        return found;
    }
}
