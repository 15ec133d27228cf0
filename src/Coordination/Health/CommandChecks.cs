using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Health;

/// <summary>Commands that do not move, and leases that nobody needs any more.</summary>
public sealed class CommandChecks(CommandStore commands, ProgressJournal journal, StackStore stacks, StorageClock clock)
{
    /// <summary>Operations of clouds may take long, and what is polled says nothing new for as long.</summary>
    public static readonly TimeSpan Still = TimeSpan.FromMinutes(15);

    /// <summary>An intake has its leases before its command is stored, and a command gives them back after its end.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMinutes(2);

    private const int MostShown = 10;

    public async Task<IReadOnlyList<DoctorCheck>> MovingAsync(CancellationToken cancellation)
    {
        var now = await clock.NowAsync(cancellation);
        var open = await TableRows.ReadEachAsync(await commands.OpenAsync(cancellation), id => commands.StandingAsync(id, cancellation));
        var running = open.OfType<CommandStanding>().Where(command => !States.IsFinal(command.State)).ToList();
        var moved = await TableRows.ReadEachAsync(running, command => journal.LastAtAsync(command.CommandId, cancellation));
        var still = running.Zip(moved, (command, at) => (Command: command, At: at > command.ModifiedAt ? at.Value : command.ModifiedAt ?? command.StartedAt ?? now)).Where(one => now - one.At > Still).ToList();
        var unreadable = (await TableRows.ReadEachAsync(running, command => ReadAsync(command, cancellation))).OfType<DoctorCheck>().ToList();
        if (still.Count + unreadable.Count == 0)
            return [new DoctorCheck { Name = "commands", Detail = running.Count == 0 ? "None runs." : $"{running.Count} {(running.Count == 1 ? "runs and moves" : "run and move")}." }];
        return [.. unreadable.Take(MostShown), .. still.Take(MostShown).Select(one => new DoctorCheck
        {
            Name = $"command {one.Command.CommandId}",
            Verdict = Verdicts.Warn,
            Detail = $"It is {one.Command.State}, and nothing of it has changed for {Doctor.Text(now - one.At)}.",
            Advice = $"formae status {one.Command.CommandId} shows what it waits for; formae cancel ends it, with --force at once.",
        })];
    }

    /// <summary>Null for a command that can be read.</summary>
    private async Task<DoctorCheck?> ReadAsync(CommandStanding command, CancellationToken cancellation)
    {
        try
        {
            await commands.FindAsync(command.CommandId, cancellation);
            return null;
        }
        catch (UnreadableCommandException unreadable)
        {
            return new DoctorCheck
            {
                Name = $"command {command.CommandId}",
                Verdict = Verdicts.Fail,
                Detail = unreadable.Message,
                Advice = "If a newer version wrote it, run that version. Otherwise it is ended as failed an hour after it was stored, and its stacks are free again: apply once more.",
            };
        }
    }

    public async Task<IReadOnlyList<DoctorCheck>> LeasesAsync(CancellationToken cancellation)
    {
        var now = await clock.NowAsync(cancellation);
        var left = new List<DoctorCheck>();
        var held = await stacks.LeasesAsync(cancellation);
        foreach (var lease in held.Where(lease => now - lease.At > Settling))
        {
            var holder = await commands.StandingAsync(lease.Holder, cancellation);
            if (holder is null || States.IsFinal(holder.State))
            {
                left.Add(new DoctorCheck
                {
                    Name = $"lease of {lease.Stack}",
                    Verdict = Verdicts.Warn,
                    Detail = $"The stack is leased by {lease.Holder}, {(holder is null ? "which was never stored" : $"which is {holder.State}")}.",
                    Advice = "Nothing need be done: the next command on the stack takes it over. If it stays after that, report it.",
                });
            }
        }

        return left.Count > 0 ? [.. left.Take(MostShown)] : [new DoctorCheck { Name = "leases", Detail = held.Count == 0 ? "No stack is leased." : $"{held.Count} {(held.Count == 1 ? "stack is" : "stacks are")} leased, by commands that run." }];
    }
}
