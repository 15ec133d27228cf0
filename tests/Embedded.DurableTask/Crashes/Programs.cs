using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace Formae.Embedded.DurableTask.Tests.Crashes;

/// <summary>Small random programs over everything an orchestrator can await, and what each must come to.</summary>
internal static class Programs
{
    public static TestHub Register(TestHub hub) => hub
        .Activity("Triple", invocation => invocation.ReadInput<long>() * 3)
        .Activity("Fail", invocation => throw new InvalidOperationException(invocation.Input))
        .Entity("Adder", operation =>
        {
            var sum = operation.State.GetState<long>() + operation.GetInput<long>();
            operation.State.SetState(sum);
            return sum;
        })
        .Orchestrator("Run", async context => await RunAsync(context, context.GetInput<int[]>()!));

    /// <summary>The result of a program, by the plainest means.</summary>
    public static (long Result, long Added) Expect(IReadOnlyList<int> program)
    {
        var (value, added, sum, events) = (1L, 0L, 0L, 0);
        for (var i = 0; i < program.Count; i++)
        {
            value = Mix(value, Kind(program[i]) switch
            {
                0 => (value % 1000) * 3,
                1 => 7,
                2 => events++,
                3 => Child(program, i) is var child ? Expect(child).Result : 0,
                4 => sum = added += value % 1000,
                5 => (value % 1000 + i) * 9,
                6 => 13,
                _ => 17,
            });
        }

        return (value, added);
    }

    public static int Events(IReadOnlyList<int> program) => program.Count(code => Kind(code) == 2);

    private static async Task<object?> RunAsync(TaskOrchestrationContext context, int[] program)
    {
        var value = 1L;
        var own = new EntityInstanceId("adder", context.InstanceId);
        for (var i = 0; i < program.Length; i++)
        {
            context.SetCustomStatus(i);
            switch (Kind(program[i]))
            {
                case 0:
                    value = Mix(value, await context.CallActivityAsync<long>("Triple", value % 1000));
                    break;
                case 1:
                    await context.CreateTimer(TimeSpan.FromSeconds(program[i] % 5), CancellationToken.None);
                    value = Mix(value, 7);
                    break;
                case 2:
                    value = Mix(value, await context.WaitForExternalEvent<long>("e"));
                    break;
                case 3:
                    value = Mix(value, await context.CallSubOrchestratorAsync<long>("Run", Child(program, i)));
                    break;
                case 4:
                    value = Mix(value, await context.Entities.CallEntityAsync<long>(own, "add", value % 1000));
                    break;
                case 5:
                    var number = value % 1000 + i;
                    var both = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => context.CallActivityAsync<long>("Triple", number)));
                    value = Mix(value, both.Sum());
                    break;
                case 6:
                    try
                    {
                        await context.CallActivityAsync("Fail", value);
                    }
                    catch (TaskFailedException e) when (e.FailureDetails.ErrorMessage == value.ToString(CultureInfo.InvariantCulture))
                    {
                        value = Mix(value, 13);
                    }

                    break;
                default:
                    using (var source = new CancellationTokenSource())
                    {
                        var never = context.CreateTimer(TimeSpan.FromDays(100), source.Token);
                        var soon = context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                        value = await Task.WhenAny(never, soon) == soon ? Mix(value, 17) : 0;
                        source.Cancel();
                    }

                    break;
            }
        }

        return value;
    }

    private static int Kind(int code) => (code & int.MaxValue) % 8;

    /// <summary>A child runs what follows of the program, without waits: the events are its parent's. It cannot nest for ever.</summary>
    private static int[] Child(IReadOnlyList<int> program, int at) => [.. program.Skip(at + 1).Take(3).Where(code => Kind(code) is not (2 or 3))];

    private static long Mix(long value, long with) => ((value * 31) + with) % 1_000_003;
}
