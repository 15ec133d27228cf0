using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Embedded.Functions.Tests;

public sealed class TimerTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_timer_calls_its_function_when_it_is_due_and_again()
    {
        var (time, calls) = (new ManualTime(Start), new Signal<TimerInfo>("A timer's call"));
        await using var app = await StartAsync(typeof(EveryFiveMinutes), time, calls);
        await time.TimerSetAsync();
        Assert.False(calls.HasValue);
        time.Advance(TimeSpan.FromMinutes(5));
        var first = await calls.NextAsync();
        Assert.False(first.IsPastDue);
        Assert.Equal(Start.UtcDateTime.AddMinutes(10), first.ScheduleStatus!.Next);
        await time.TimerSetAsync();
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(Start.UtcDateTime.AddMinutes(5), (await calls.NextAsync()).ScheduleStatus!.Last);
    }

    [Fact]
    public async Task A_call_that_comes_late_says_so()
    {
        var (time, calls) = (new ManualTime(Start), new Signal<TimerInfo>("A timer's call"));
        await using var app = await StartAsync(typeof(EveryFiveMinutes), time, calls);
        await time.TimerSetAsync();
        time.Advance(TimeSpan.FromMinutes(7));
        Assert.True((await calls.NextAsync()).IsPastDue);
    }

    [Fact]
    public async Task A_timer_may_run_at_the_start_and_takes_its_schedule_from_a_setting()
    {
        var (time, calls) = (new ManualTime(Start), new Signal<TimerInfo>("A timer's call"));
        await using var app = await StartAsync(typeof(AtStart), time, calls);
        await calls.NextAsync();
        await time.TimerSetAsync();
        time.Advance(TimeSpan.FromSeconds(30));
        await calls.NextAsync();
    }

    [Fact]
    public async Task A_failed_call_does_not_end_the_timer()
    {
        var (time, calls) = (new ManualTime(Start), new Signal<TimerInfo>("A timer's call"));
        await using var app = await StartAsync(typeof(Failing), time, calls);
        for (var call = 0; call < 3; call++)
        {
            await time.TimerSetAsync();
            time.Advance(TimeSpan.FromSeconds(1));
            await calls.NextAsync();
        }
    }

    private static Task<TestApp> StartAsync(Type functions, ManualTime time, Signal<TimerInfo> calls) => TestApp.StartAsync(functions, builder =>
    {
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(calls);
        builder.Configuration["Beat"] = "00:00:30";
    });

    public sealed class EveryFiveMinutes(IServiceProvider services)
    {
        [Function("EveryFiveMinutes")]
        public void Run([TimerTrigger("0 */5 * * * *")] TimerInfo timer) => services.GetRequiredService<Signal<TimerInfo>>().Set(timer);
    }

    public sealed class AtStart(IServiceProvider services)
    {
        [Function("AtStart")]
        public Task RunAsync([TimerTrigger("%Beat%", RunOnStartup = true)] TimerInfo timer)
        {
            services.GetRequiredService<Signal<TimerInfo>>().Set(timer);
            return Task.CompletedTask;
        }
    }

    public sealed class Failing(IServiceProvider services)
    {
        [Function("Failing")]
        public void Run([TimerTrigger("* * * * * *")] TimerInfo timer)
        {
            services.GetRequiredService<Signal<TimerInfo>>().Set(timer);
            throw new InvalidOperationException("This call fails.");
        }
    }
}
