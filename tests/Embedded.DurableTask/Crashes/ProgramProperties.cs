using FsCheck;
using FsCheck.Fluent;
using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Tests.Crashes;

public sealed class ProgramProperties
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_program_comes_to_the_same_with_and_without_replay_and_across_kills(bool replay, bool kill)
    {
        var programs = Gen.Choose(0, 1_000_000).ListOf().Resize(12).Select(codes => codes.ToArray()).ToArbitrary();
        Prop.ForAll(programs, program => HoldsAsync(program, replay, kill)).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private static async Task HoldsAsync(int[] program, bool replay, bool kill)
    {
        await using var hub = Programs.Register(new TestHub(replay));
        await hub.StartAsync();
        var id = await hub.ScheduleAsync("Run", program);
        for (long i = 0; i < Programs.Events(program); i++)
            await hub.Client.RaiseEventAsync(id, "E", i);

        // One kill as each step is reached: the steps are told by the custom status.
        var killedAt = "";
        var deadline = Environment.TickCount64 + (long)TestHub.Patience.TotalMilliseconds;
        while (await hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true) is { IsCompleted: false } now)
        {
            Assert.True(Environment.TickCount64 < deadline, $"The program [{string.Join(',', program)}] stands at step {now.SerializedCustomStatus}.");
            if (kill && now.SerializedCustomStatus is { } step && step != killedAt)
            {
                killedAt = step;
                await hub.RestartAsync();
            }

            hub.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var (result, added) = Programs.Expect(program);
        var end = await hub.EndAsync(id);
        Assert.True(end.FailureDetails is null, end.FailureDetails?.ToString());
        Assert.Equal(result, end.ReadOutputAs<long>());
        Assert.Equal(added, (await hub.Client.Entities.GetEntityAsync<long>(new EntityInstanceId("adder", id)))?.State ?? 0);
        await hub.KillAsync();
        Assert.Equal((0, 0), (HubFile.Count(hub.File, "messages"), HubFile.Count(hub.File, "history")));
    }
}
