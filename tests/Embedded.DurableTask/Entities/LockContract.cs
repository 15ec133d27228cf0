using Microsoft.DurableTask;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Tests.Entities;

public sealed class LocksOfLiveInstances() : LockContract(replay: false);

public sealed class LocksOfReplayedInstances() : LockContract(replay: true);

public abstract class LockContract(bool replay)
{
    private static readonly EntityInstanceId A = new("counter", "a");
    private static readonly EntityInstanceId B = new("counter", "b");
    private static readonly EntityInstanceId C = new("counter", "c");

    [Fact]
    public async Task While_an_entity_is_locked_others_wait()
    {
        await using var hub = await Hub()
            .Orchestrator("Locking", async context =>
            {
                await using (await context.Entities.LockEntitiesAsync(B, A, A))
                {
                    var before = await context.Entities.CallEntityAsync<int>(A, "get");
                    context.SetCustomStatus(context.Entities.InCriticalSection(out var ids) ? string.Join(',', ids!) : "out");
                    await context.WaitForExternalEvent<string>("go");
                    if (before != await context.Entities.CallEntityAsync<int>(A, "get"))
                        return "disturbed";
                    await context.Entities.CallEntityAsync(A, "add", 1);
                    await context.Entities.CallEntityAsync(B, "add", 1);
                }

                return context.Entities.InCriticalSection() ? "still in" : "undisturbed";
            })
            .StartAsync();
        var id = await hub.ScheduleAsync("Locking");
        await hub.UntilStatusAsync(id, "@counter@a,@counter@b");
        await hub.Client.Entities.SignalEntityAsync(A, "add", 100);
        await hub.Client.Entities.SignalEntityAsync(C, "add", 100);
        await hub.UntilEntityAsync<int>(C, "100", state => state == 100);
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "go", "");
        Assert.Equal("undisturbed", (await hub.EndAsync(id)).ReadOutputAs<string>());
        await hub.UntilEntityAsync<int>(A, "101", state => state == 101);
        Assert.Null((await hub.Client.Entities.GetEntityAsync(A))!.LockedBy);
    }

    [Theory]
    [InlineData("sub", "While holding locks, cannot call suborchestrators.")]
    [InlineData("signal", "Must not signal a locked entity from a critical section.")]
    [InlineData("other", "Must not call an entity from a critical section if it is not one of the locked entities.")]
    [InlineData("parallel", "Must not call an entity from a critical section while a prior call to the same entity is still pending.")]
    [InlineData("nested", "Must not enter another critical section from within a critical section.")]
    public async Task A_critical_section_has_rules(string what, string message)
    {
        await using var hub = await Hub()
            .Orchestrator("Breaking", async context =>
            {
                await using var section = await context.Entities.LockEntitiesAsync(A);
                try
                {
                    switch (what)
                    {
                        case "sub":
                            await context.CallSubOrchestratorAsync("Breaking");
                            break;
                        case "signal":
                            await context.Entities.SignalEntityAsync(A, "add", 1);
                            break;
                        case "other":
                            await context.Entities.CallEntityAsync(B, "add", 1);
                            break;
                        case "parallel":
                            await Task.WhenAll(context.Entities.CallEntityAsync(A, "add", 1), context.Entities.CallEntityAsync(A, "add", 1));
                            break;
                        default:
                            await context.Entities.LockEntitiesAsync(B);
                            break;
                    }

                    return "allowed";
                }
                catch (InvalidOperationException e)
                {
                    return e.Message;
                }
            })
            .StartAsync();
        Assert.Equal(message, await hub.RunAsync<string>("Breaking"));
    }

    [Fact]
    public async Task Transfers_under_locks_keep_the_sum()
    {
        await using var hub = await Hub()
            .Orchestrator("Transfer", async context =>
            {
                var number = context.GetInput<int>();
                EntityInstanceId[] accounts = [A, B, C];
                var (from, to) = (accounts[number % 3], accounts[(number + 1 + number % 2) % 3]);
                await using var section = await context.Entities.LockEntitiesAsync(from, to);
                var (x, y) = (await context.Entities.CallEntityAsync<int>(from, "get"), await context.Entities.CallEntityAsync<int>(to, "get"));
                await Task.WhenAll(context.Entities.CallEntityAsync(from, "set", x - number), context.Entities.CallEntityAsync(to, "set", y + number));
                return null;
            })
            .StartAsync();
        var ids = await Task.WhenAll(Enumerable.Range(1, 40).Select(number => hub.ScheduleAsync("Transfer", number)));
        await Task.WhenAll(ids.Select(hub.EndAsync));
        var states = await Task.WhenAll(new[] { A, B, C }.Select(id => hub.Client.Entities.GetEntityAsync<int>(id)));
        Assert.Equal(0, states.Sum(entity => entity!.State));
        Assert.Contains(states, entity => entity!.State != 0);
    }

    [Fact]
    public async Task A_failing_orchestration_releases_its_locks()
    {
        await using var hub = await Hub()
            .Orchestrator("Failing", async context =>
            {
                _ = await context.Entities.LockEntitiesAsync(A, B);
                throw new InvalidOperationException("in the middle");
            })
            .StartAsync();
        await hub.EndAsync(await hub.ScheduleAsync("Failing"));
        foreach (var id in new[] { A, B })
        {
            await hub.Client.Entities.SignalEntityAsync(id, "add", 1);
            await hub.UntilEntityAsync<int>(id, "1", state => state == 1);
        }
    }

    [Fact]
    public async Task The_lock_of_a_terminated_orchestration_is_released_by_cleaning()
    {
        await using var hub = await Hub()
            .Orchestrator("Holding", async context =>
            {
                await using var section = await context.Entities.LockEntitiesAsync(A);
                context.SetCustomStatus("held");
                return await context.WaitForExternalEvent<string>("never");
            })
            .StartAsync();
        await hub.ScheduleAsync("Holding", id: "holder");
        await hub.UntilStatusAsync("holder", "held");
        await hub.Client.Entities.SignalEntityAsync(A, "add", 1);
        await hub.Client.TerminateInstanceAsync("holder");
        await hub.EndAsync("holder");
        Assert.Equal(1, (await hub.Client.Entities.CleanEntityStorageAsync()).OrphanedLocksReleased);
        await hub.UntilEntityAsync<int>(A, "1", state => state == 1);
    }

    private TestHub Hub() => new TestHub(replay).Entity("Counter", operation =>
    {
        var state = operation.State.GetState<int>();
        switch (operation.Name)
        {
            case "add":
                operation.State.SetState(state + operation.GetInput<int>());
                break;
            case "set":
                operation.State.SetState(operation.GetInput<int>());
                break;
        }

        return state;
    });
}
