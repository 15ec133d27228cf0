using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Queries;

/// <summary>Commands by id and by query: rows only, never an orchestration's history.</summary>
public sealed class CommandQueries(CommandStore commands, UpdateStore updates, TimeProvider time)
{
    public const int MostResults = 200;

    public static IReadOnlyCollection<string> Fields { get; } = ["id", "client", "command", "status", "stack"];

    public async Task<Command?> FindAsync(string commandId, CancellationToken cancellation) =>
        await commands.FindAsync(commandId, cancellation) is { Source: "user" } command ? CommandView.Of(command, await updates.ListAsync(commandId, cancellation)) : null;

    /// <summary>Newest first, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<Command>> ListAsync(Query query, string clientId, int limit, CancellationToken cancellation)
    {
        var found = new List<Command>();
        await foreach (var command in commands.ListAsync(time.GetUtcNow(), cancellation))
        {
            if (command.Source != "user" || !Matches(query, command, clientId))
                continue;
            found.Add(CommandView.Of(command, await updates.ListAsync(command.CommandId, cancellation)));
            if (found.Count >= limit)
                break;
        }

        return found;
    }

    private static bool Matches(Query query, CommandRecord command, string clientId)
    {
        var clientIsMe = query.Exact("client") == "me";
        return command.Stacks.DefaultIfEmpty("").Any(stack => query.Matches(field => field.ToLowerInvariant() switch
        {
            "id" => command.CommandId,
            "client" => clientIsMe && command.ClientId == clientId ? "me" : command.ClientId,
            "command" => command.Kind,
            "status" => command.State,
            _ => stack,
        }));
    }
}
