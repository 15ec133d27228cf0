using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.History;

/// <summary>The whole change log of a stack, newest first, and the commands that wrote it as far as they are asked for.</summary>
internal sealed class StackLog(IReadOnlyList<Change> changes, CommandStore commands)
{
    private readonly Dictionary<string, CommandRecord?> _commands = new(StringComparer.Ordinal);

    public static async Task<StackLog> ReadAsync(string stack, ChangeLog log, CommandStore commands, CancellationToken cancellation)
    {
        var changes = new List<Change>();
        await foreach (var change in log.ReadAsync(stack, cancellation))
            changes.Add(change);
        return new StackLog(changes, commands);
    }

    public IReadOnlyList<Change> Changes => changes;

    public DateTimeOffset Beginning => Ksuid.TimeOf(changes[^1].Version);

    public async Task<CommandRecord?> WriterOfAsync(Change change, CancellationToken cancellation)
    {
        if (!_commands.TryGetValue(change.CommandId, out var command))
            _commands.Add(change.CommandId, command = await commands.FindAsync(change.CommandId, cancellation));
        return command;
    }

    /// <summary>The last version that a user's reconcile wrote; null when there was none.</summary>
    public async Task<string?> LastReconcileAsync(CancellationToken cancellation)
    {
        foreach (var change in changes)
        {
            if (await WriterOfAsync(change, cancellation) is { Mode: "reconcile", Source: Sources.User })
                return change.Version;
        }

        return null;
    }

    /// <summary>For each resource that there was, the change that made it what it was when this version was the newest.</summary>
    public IReadOnlyList<Change> At(string version) =>
        [.. changes.Where(change => string.CompareOrdinal(change.Version, version) <= 0).DistinctBy(change => change.Ksuid, StringComparer.Ordinal).Where(change => change.Operation != ResourceRows.Delete)];

    /// <summary>The newest version that is not younger than a time.</summary>
    public string? VersionAt(DateTimeOffset time) => changes.FirstOrDefault(change => Ksuid.TimeOf(change.Version) <= time)?.Version;
}
