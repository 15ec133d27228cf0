using Formae.Coordination.Observability;
using Formae.Coordination.Publishing;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Entities;

/// <summary>
/// Tells what happens in one command, key = its id. It goes its own way: a bus that takes nothing holds up no command, and what it did not take is told when it does, for
/// what was not told yet is in the journal. A step that is repeated after a crash tells the same again, under the same ids.
/// </summary>
public sealed partial class PublicationEntity(EventPublication events, TimeProvider time, ILogger logger) : TaskEntity<Publication>
{
    /// <summary>There is something new. While it waits for the bus, that is told with the rest.</summary>
    public Task Tell(EventNotice notice)
    {
        State = State.Heard(notice);
        return State.IsWaiting || State.IsOver ? Task.CompletedTask : PublishAsync(nameof(Tell));
    }

    /// <summary>It told itself to come back.</summary>
    public Task GoOn()
    {
        State = State with { IsWaiting = false };
        return PublishAsync(nameof(GoOn));
    }

    /// <summary>Nothing has come for a long time.</summary>
    public void Forget()
    {
        if (State.IsQuiet)
            State = null!;
    }

    private async Task PublishAsync(string operation)
    {
        OperationMeasures.Entity(Context.Id.Name, operation);

        // The topic may have been taken away since.
        if (!events.IsOn)
            return;
        try
        {
            var (told, hasMore) = await events.TellAsync(Context.Id.Key, State, CancellationToken.None);
            State = State.Advanced(told, hasMore);
            if (hasMore)
                Context.SignalEntity(Context.Id, nameof(GoOn));
        }
        catch (Exception e)
        {
            // Whatever it is, the events are still to be told: a topic that is missing may be made, a right be given, and a full one be emptied.
            (State, var pause) = State.Refused();
            LogLater(Context.Id.Key, State.Failures, pause.TotalSeconds, e);
            Context.SignalEntity(Context.Id, nameof(GoOn), null, new SignalEntityOptions { SignalTime = time.GetUtcNow() + pause });
        }
    }

    [LoggerMessage(EventId = 2110, Level = LogLevel.Warning, Message = "The events of {CommandId} could not be told ({Failures} times in a row); again in {Seconds} s")]
    private partial void LogLater(string commandId, int failures, double seconds, Exception exception);
}
