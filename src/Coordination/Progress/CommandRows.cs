using Formae.Coordination.Commands;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Progress;

/// <summary>What a follower reads: one row and what is new in the journal; all updates only at its beginning and at the command's end.</summary>
internal sealed class CommandRows(CommandStore commands, UpdateStore updates, ProgressJournal journal)
{
    public async Task<CommandNews> ReadAsync(string commandId, long after, bool isFirst, CancellationToken cancellation)
    {
        // The command first: once it is final, everything else has been written before.
        var standing = await commands.StandingAsync(commandId, cancellation) ?? throw new InvalidOperationException($"Command {commandId} is not stored.");
        var entries = await journal.ReadAsync(commandId, after, cancellation);
        return new CommandNews(standing, entries, isFirst || States.IsFinal(standing.State) ? await updates.StandingsAsync(commandId, cancellation) : null);
    }
}

/// <param name="Standing">The command as a whole.</param>
/// <param name="Journal">What is new in its journal.</param>
/// <param name="Updates">Its updates; null where they were not asked for.</param>
internal sealed record CommandNews(CommandStanding Standing, IReadOnlyList<(long Number, IReadOnlyList<ProgressChange> Changes)> Journal, IReadOnlyList<UpdateStanding>? Updates);
