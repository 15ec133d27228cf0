using Formae.Embedded.DurableTask.History;
using Formae.Embedded.DurableTask.Messages;
using Formae.Embedded.DurableTask.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>Runs episodes: takes all that waits for an instance, lets its code go on, and commits what came of it as one step.</summary>
internal sealed class OrchestrationWorker(HubState hub)
{
    private readonly ILogger _log = hub.Loggers.CreateLogger<OrchestrationWorker>();

    public async Task StepAsync(Instance instance)
    {
        var batch = instance.Take();
        var (status, version, run, started) = (instance.Status, instance.Version, instance.Run, instance.IsStarted);
        var step = new OrchestrationStep(hub, instance, batch, status == OrchestrationRuntimeStatus.Suspended);
        try
        {
            step.Decide();
            await hub.Store.WriteAsync(step.Commit.Apply);
        }
        catch (Exception e) when (e is not ObjectDisposedException)
        {
            Log.CommitFailed(_log, instance.Id, e);
            (instance.Status, instance.Version, instance.Run, instance.IsStarted) = (status, version, run, started);
            await RetryLaterAsync(instance, batch);
            return;
        }

        instance.FailedCommits = 0;
        Finish(instance, step);
    }

    private void Finish(Instance instance, OrchestrationStep step)
    {
        foreach (var timer in step.NewTimers)
            instance.Timers[((InstanceEvent.TimerFired)timer.Body).TaskId] = timer;
        foreach (var timer in step.WithdrawnTimers)
            hub.Agenda.Withdraw(timer);
        if (step.HasEnded)
        {
            if (step.Failure is { } failure)
                Log.InstanceFailed(_log, instance.Id, instance.Name, failure.ToString());

            // Closed before the parent hears of it: the parent may start the same id again at once.
            hub.Remove(instance);
            hub.Show(step.Commit);
            hub.Signals.Changed(instance.Id);
            return;
        }

        if (hub.Options.ReplayEveryEpisode || hub.Options.InstanceCacheSize == 0)
            instance.Live = null;
        else if (instance.Live is not null)
            hub.Alive.Touch(instance);
        hub.Show(step.Commit);
        if (step.StatusChanged)
            hub.Signals.Changed(instance.Id);
        if (instance.Release(step.Left, step.Again))
            hub.Ready(instance);
    }

    /// <summary>A full disk or the like: nothing was changed, so the same messages are worked on again, from the stored history.</summary>
    private async Task RetryLaterAsync(Instance instance, List<Message> batch)
    {
        instance.Live = null;
        var wait = TimeSpan.FromMilliseconds(Math.Min(30_000, 100 << Math.Min(8, instance.FailedCommits++)));
        await Task.Delay(wait, hub.Time, hub.Aborting.Token);
        if (instance.Release(batch, again: true))
            hub.Ready(instance);
    }
}
