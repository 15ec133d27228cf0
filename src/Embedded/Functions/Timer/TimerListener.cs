using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.Functions;

/// <summary>Calls a function by the clock. A call that lasts longer than the interval delays the next one; nothing is made up for.</summary>
internal sealed partial class TimerListener(CompiledFunction function, TimerTriggerBinding trigger, TimeProvider time, CancellationToken ending, ILogger logger) : IListener
{
    /// <summary>Timers of the system do not reach farther than some weeks; and after a sleep of the machine a long wait is checked soon.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private static readonly TimeSpan Punctual = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task RunAsync()
    {
        var last = default(DateTime);
        var due = trigger.Schedule.After(Now);
        if (trigger.RunsOnStartup)
        {
            last = Now;
            await CallAsync(new TimerInfo { ScheduleStatus = new ScheduleStatus { Next = due ?? default, LastUpdated = last } });
            due = trigger.Schedule.After(Now);
        }

        while (due is { } next && await ReachAsync(next))
        {
            var now = Now;
            var info = new TimerInfo
            {
                IsPastDue = now - next > Punctual,
                ScheduleStatus = new ScheduleStatus { Last = last, Next = trigger.Schedule.After(now) ?? default, LastUpdated = last },
            };
            last = now;
            await CallAsync(info);
            due = trigger.Schedule.After(Now);
        }
    }

    /// <summary>False: stopped before.</summary>
    private async Task<bool> ReachAsync(DateTime moment)
    {
        try
        {
            while (moment - Now is { Ticks: > 0 } left)
                await Task.Delay(left < LongestWait ? left : LongestWait, time, _stopping.Token);
            return !_stopping.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Never throws: the next call has nothing to do with the failure of this one.</summary>
    private async Task CallAsync(TimerInfo info)
    {
        try
        {
            await using var invocation = new InvocationContext(function, info, ending);
            await function.InvokeAsync(invocation);
        }
        catch (Exception e)
        {
            LogFailed(logger, e, function.Definition.Name);
        }
    }
}
