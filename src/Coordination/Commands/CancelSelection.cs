using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Commands;

/// <summary>Finds the commands that a cancel means. Only what runs can be canceled, so nothing is read but the look-up of those.</summary>
public sealed class CancelSelection(CommandStore commands, TimeProvider time)
{
    /// <summary>How many one cancel reaches: the newest.</summary>
    public const int Most = 100;

    public static IReadOnlyCollection<string> Fields { get; } = [.. CommandQueries.Fields, "source"];

    /// <summary>Newest first. A problem where the query cannot be understood.</summary>
    public async Task<(IReadOnlyList<string> CommandIds, string? Problem)> FindAsync(CancelRequest request, CancellationToken cancellation)
    {
        if (!Query.TryParse(request.Query, Fields, out var query, out var problem))
            return ([], problem);
        return (query.IsEmpty ? await LastOfAsync(request.ClientId, cancellation) : await RunningAsync(query.Replace("client", "me", request.ClientId), cancellation), null);
    }

    /// <summary>Why nothing was found, of a request that names one command; null of any other.</summary>
    public async Task<string?> WhyNoneAsync(CancelRequest request, CancellationToken cancellation)
    {
        if (!Query.TryParse(request.Query, Fields, out var query, out _) || query.Exact("id") is not { } id)
            return null;
        return await commands.FindAsync(id, cancellation) switch
        {
            null => $"There is no command '{id}'.",
            var command when States.IsFinal(command.State) => $"Command {id} is over already: {command.State}.",
            _ => null,
        };
    }

    /// <summary>The last command, and no other in its place: who means an older one says so.</summary>
    private async Task<IReadOnlyList<string>> LastOfAsync(string clientId, CancellationToken cancellation)
    {
        await foreach (var last in commands.HeadersAsync(time.GetUtcNow(), CommandQueries.GivenBy(clientId), after: null, cancellation))
            return States.IsFinal(last.State) ? [] : [last.CommandId];
        return [];
    }

    private async Task<IReadOnlyList<string>> RunningAsync(Query query, CancellationToken cancellation)
    {
        var open = (await commands.OpenAsync(cancellation)).OrderDescending(StringComparer.Ordinal);
        var asksForSource = query.ExactAny("source") is not null || query.ExactAny("command")?.Contains(Sources.Synchronization, StringComparer.OrdinalIgnoreCase) == true;
        return [.. (await TableRows.ReadEachAsync(open, id => commands.HeaderAsync(id, cancellation)))
            .OfType<CommandHeader>()
            .Where(command => !States.IsFinal(command.State) && (asksForSource || command.Source != Sources.Synchronization) && Matches(query, command))
            .Select(command => command.CommandId)
            .Take(Most)];
    }

    private static bool Matches(Query query, CommandHeader command) => query.MatchesAny(field => field.ToLowerInvariant() switch
    {
        "source" => [command.Source],
        _ => CommandQueries.ValuesOf(field, command),
    });
}
