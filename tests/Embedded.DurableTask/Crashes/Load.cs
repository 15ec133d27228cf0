using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Tests.Crashes;

/// <summary>Work whose committed effects can be counted: each instance adds 1 to its own entity ten times, sends ten signals to a shared one, and starts a child.</summary>
internal static class Load
{
    public const int Rounds = 10;

    public static readonly EntityInstanceId Shared = new("adder", "shared");

    public static TestHub Register(TestHub hub) => hub
        .Activity("One", _ => 1)
        .Entity("Adder", operation =>
        {
            var sum = operation.State.GetState<int>() + operation.GetInput<int>();
            operation.State.SetState(sum);
            return sum;
        })
        .Orchestrator("Child", async context =>
        {
            await context.Entities.SignalEntityAsync(Shared, "add", await context.CallActivityAsync<int>("One"));
            return 1;
        })
        .Orchestrator("Work", async context =>
        {
            var own = new EntityInstanceId("adder", context.InstanceId);
            var round = context.GetInput<int>();
            var answer = await context.Entities.CallEntityAsync<int>(own, "add", await context.CallActivityAsync<int>("One"));
            if (answer != round + 1)
                throw new InvalidOperationException($"Round {round} found {answer}.");
            await context.Entities.SignalEntityAsync(Shared, "add", 1);
            if (round + 1 < Rounds)
            {
                context.ContinueAsNew(round + 1);
                return null;
            }

            return await context.CallSubOrchestratorAsync<int>("Child");
        });

    /// <summary>Lets every instance that the hub knows end, and counts what was committed.</summary>
    public static async Task<int> VerifyAsync(TestHub hub)
    {
        var ids = new List<string>();
        await foreach (var instance in hub.Client.GetAllInstancesAsync())
        {
            if (instance.Name == "Work")
                ids.Add(instance.InstanceId);
        }

        foreach (var id in ids)
        {
            var end = await hub.EndAsync(id);
            Assert.True(end.FailureDetails is null, end.FailureDetails?.ToString());
            Assert.Equal(Rounds, (await hub.Client.Entities.GetEntityAsync<int>(new EntityInstanceId("adder", id)))!.State);
        }

        if (ids.Count > 0)
        {
            var expected = ids.Count * (Rounds + 1);
            await hub.UntilEntityAsync<int>(Shared, $"{expected} of the shared entity", state => state >= expected);
            Assert.Equal(expected, (await hub.Client.Entities.GetEntityAsync<int>(Shared))!.State);
        }

        await hub.KillAsync();
        Assert.Equal((0, 0), (HubFile.Count(hub.File, "messages"), HubFile.Count(hub.File, "history")));
        return ids.Count;
    }
}
