using Formae.Embedded.DurableTask.Messages;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.DurableTask.Activities;

/// <summary>Runs activities. The message that asked for the run becomes, in one row change, the message that tells how it ended.</summary>
internal sealed class ActivityWorker(HubState hub)
{
    private readonly ILogger _log = hub.Loggers.CreateLogger<ActivityWorker>();

    public async Task StepAsync(Message message)
    {
        var request = (ActivityRequest)message.Body;
        InstanceEvent answer;
        try
        {
            answer = new InstanceEvent.Succeeded(request.Run, request.TaskId, await RunAsync(message.Target, request));
        }
        catch (Exception) when (hub.Aborting.IsCancellationRequested)
        {
            // Its row stays: it runs again at the next start.
            return;
        }
        catch (Exception e)
        {
            Log.ActivityFailed(_log, request.Name, message.Target, e);
            answer = new InstanceEvent.Failed(request.Run, request.TaskId, TaskFailureDetails.FromException(e));
        }

        for (var failures = 0; ; failures++)
        {
            var commit = hub.NewCommit();
            if (hub.IsUnfinished(message.Target))
                commit.Replace(new Message(message.Id, message.Target, answer));
            else
                commit.Consume(message.Id);
            try
            {
                await hub.CommitAsync(commit);
                return;
            }
            catch (Exception e) when (e is not ObjectDisposedException)
            {
                Log.CommitFailed(_log, message.Target, e);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(30_000, 100 << Math.Min(8, failures))), hub.Time, hub.Aborting.Token);
            }
        }
    }

    private async Task<string?> RunAsync(string instanceId, ActivityRequest request)
    {
        var body = hub.Registry.Activity(request.Name)
            ?? throw new InvalidOperationException($"The function '{request.Name}' doesn't exist, is disabled, or is not an activity function.");
        var invocation = new ActivityInvocation(request.Name, instanceId, request.TaskId, request.Version, request.Input, hub.Converter, hub.Aborting.Token);
        return hub.Converter.Serialize(await body(invocation));
    }
}
