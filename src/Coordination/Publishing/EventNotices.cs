using Formae.Coordination.Bus;
using Formae.Coordination.Commands;
using Formae.Protocol.Http;
using Microsoft.DurableTask.Client;

namespace Formae.Coordination.Publishing;

/// <summary>
/// Lets the entity of a command know that there is something to tell. Whoever calls has written the rows, and is repeated until this has gone through; where nobody listens
/// nothing is done.
/// </summary>
public sealed class EventNotices(EventTopic topic)
{
    /// <summary>Progress was written: it is worth telling where something has ended.</summary>
    public Task WrittenAsync(ProgressBatch batch, DurableTaskClient client, CancellationToken cancellation) =>
        topic.IsOn && batch.Changes.Any(change => States.IsFinal(change.Progress.State)) ? TellAsync(batch.CommandId, new EventNotice(), client, cancellation) : Task.CompletedTask;

    /// <summary>The command's final state was written.</summary>
    public Task EndedAsync(string commandId, DurableTaskClient client, CancellationToken cancellation) =>
        topic.IsOn ? TellAsync(commandId, new EventNotice { HasEnded = true }, client, cancellation) : Task.CompletedTask;

    private static Task TellAsync(string commandId, EventNotice notice, DurableTaskClient client, CancellationToken cancellation) =>
        client.Entities.SignalEntityAsync(EntityNames.PublicationOf(commandId), EventNotice.Operation, notice, cancellation: cancellation);
}
