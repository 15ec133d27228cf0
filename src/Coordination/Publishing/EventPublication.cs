using Formae.Coordination.Bus;
using Formae.Coordination.Commands;
using Formae.Coordination.Storage;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Publishing;

/// <summary>
/// Tells what the journal of a command has that was not told yet: of what ended there, as its rows say it. Each step begins where the last one is known to have come to, so a step
/// that broke off is told again, with the same ids.
/// </summary>
public sealed class EventPublication(CommandStore commands, UpdateStore updates, ProgressJournal journal, EventTopic topic)
{
    /// <summary>What one step does: a row of the journal has up to some hundred changes.</summary>
    private const int RowsAtOnce = 8;

    /// <summary>Whether somebody is to be told.</summary>
    public bool IsOn => topic.IsOn;

    /// <summary>One step. At the end of a command, when all is told, also that it is over.</summary>
    /// <returns>Up to which row of the journal everything is told, and whether there is more.</returns>
    public async Task<(long Told, bool HasMore)> TellAsync(string commandId, Publication publication, CancellationToken cancellation)
    {
        var command = publication.IsDrift ? null : await commands.StandingAsync(commandId, cancellation);
        if (command is null && !publication.IsDrift)
            return (publication.Told, false);
        var entries = await journal.ReadAsync(commandId, publication.Told, RowsAtOnce, cancellation);
        var ended = Ended(entries).ToHashSet(StringComparer.Ordinal);
        await SendAsync(await updates.OutcomesAsync(commandId, ended, cancellation), command, publication, cancellation);
        var told = entries.Count == 0 ? publication.Told : entries[^1].Number;
        if (entries.Count == RowsAtOnce)
            return (told, true);
        if (publication.HasEnded && command is not null)
            await EndAsync(command, publication, cancellation);
        return (told, false);
    }

    /// <summary>What a crash kept out of the journal the rows say. Then the command itself.</summary>
    private async Task EndAsync(CommandStanding command, Publication publication, CancellationToken cancellation)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        for (var after = 0L; await journal.ReadAsync(command.CommandId, after, RowsAtOnce, cancellation) is { Count: > 0 } entries; after = entries[^1].Number)
            told.UnionWith(Ended(entries));
        var all = await updates.SummariesAsync(command.CommandId, cancellation);
        var rest = all.Where(update => update.Ksuid is not null && States.IsFinal(update.State) && !told.Contains(update.Row)).Select(update => update.Row);
        await SendAsync(await updates.OutcomesAsync(command.CommandId, rest, cancellation), command, publication, cancellation);
        await topic.SendAsync([EventsOf.Command(command, all.Select(update => update.State))], command.TraceParent, cancellation);
    }

    private Task SendAsync(IEnumerable<UpdateOutcome> outcomes, CommandStanding? command, Publication publication, CancellationToken cancellation) => topic.SendAsync(
        [.. outcomes.Select(update => command is null ? EventsOf.Drift(update) : EventsOf.Update(update, command)).OfType<ControlPlaneEvent>()],
        command?.TraceParent ?? publication.TraceParent,
        cancellation);

    private static IEnumerable<string> Ended(IEnumerable<(long Number, IReadOnlyList<ProgressChange> Changes)> entries) =>
        entries.SelectMany(entry => entry.Changes).Where(change => States.IsFinal(change.Progress.State)).Select(change => change.Row);
}
