using Azure.Data.Tables;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Queries;

/// <summary>Commands by id and by query: rows only, never an orchestration's history. Lists hold only those that a user gave.</summary>
public sealed class CommandQueries(CommandStore commands, UpdateStore updates, TimeProvider time)
{
    public const int MostResults = 200;

    private const string User = "user";

    public static IReadOnlyCollection<string> Fields { get; } = ["id", "client", "command", "status", "stack"];

    /// <summary>A command whose id was told, to who gave it or as the end of a stack's time.</summary>
    public async Task<Command?> FindAsync(string commandId, CancellationToken cancellation) =>
        await commands.FindAsync(commandId, cancellation) is { Source: User or Sources.TimeToLive } command ? await ShowAsync(command, cancellation) : null;

    /// <summary>Newest first, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<Command>> ListAsync(Query query, string clientId, int limit, CancellationToken cancellation) =>
        (await ListAsync(query, clientId, new Page(limit, null), cancellation)).Items;

    /// <summary>Newest first. A page ends behind the id of its last command.</summary>
    /// <param name="query">Which ones; <c>client:me</c> stands for the caller's own.</param>
    /// <param name="clientId">The caller.</param>
    /// <param name="page">How many, and behind which id.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<Paged<IReadOnlyList<Command>>> ListAsync(Query query, string clientId, Page page, CancellationToken cancellation)
    {
        query = query.Replace("client", "me", clientId);
        var limit = page.Limit ?? MostResults;
        var found = new List<CommandHeader>();
        await foreach (var header in CandidatesAsync(query, page.After, cancellation))
        {
            if (header.Source == User && Matches(query, header))
                found.Add(header);
            if (found.Count > limit)
                break;
        }

        var shown = found.Take(limit).ToList();
        var records = await TableRows.ReadEachAsync(shown, header => commands.FindAsync(header.CommandId, cancellation));
        return new(
            await TableRows.ReadEachAsync(records.OfType<CommandRecord>(), record => ShowAsync(record, cancellation)),
            found.Count > limit ? shown[^1].CommandId : null);
    }

    /// <summary>Where ids are given, nothing else is read; otherwise the headers of what the table itself cannot rule out.</summary>
    private async IAsyncEnumerable<CommandHeader> CandidatesAsync(Query query, string? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (query.ExactAny("id") is not { } ids)
        {
            await foreach (var header in commands.HeadersAsync(time.GetUtcNow(), ConditionOf(query), after, cancellation))
                yield return header;
            yield break;
        }

        foreach (var id in ids.OrderDescending(StringComparer.Ordinal).Where(id => after is null || string.CompareOrdinal(id, after) < 0))
        {
            if (await commands.FindAsync(id, cancellation) is { } command)
                yield return new CommandHeader(command.CommandId, command.Kind, command.State, command.Source, command.ClientId, command.Stacks);
        }
    }

    /// <summary>The condition, in the language of the tables, of commands that a user gave; of all where no client is named.</summary>
    internal static string GivenBy(string? clientId) =>
        TableClient.CreateQueryFilter($"Source eq {User}") + (clientId is null ? "" : TableClient.CreateQueryFilter($" and ClientId eq {clientId}"));

    private static string ConditionOf(Query query)
    {
        var condition = GivenBy(query.Exact("client"));
        if (query.Exact("status") is { } status && States.All.FirstOrDefault(state => string.Equals(state, status, StringComparison.OrdinalIgnoreCase)) is { } known)
            condition += TableClient.CreateQueryFilter($" and State eq {known}");
        return condition;
    }

    private static bool Matches(Query query, CommandHeader command) => query.MatchesAny(field => ValuesOf(field, command));

    internal static IReadOnlyList<string> ValuesOf(string field, CommandHeader command) => field.ToLowerInvariant() switch
    {
        "id" => [command.CommandId],
        "client" => [command.ClientId],
        "command" => [command.Kind],
        "status" => [command.State],
        _ => command.Stacks,
    };

    private async Task<Command> ShowAsync(CommandRecord command, CancellationToken cancellation)
    {
        var (resources, targets) = await updates.ListAllAsync(command.CommandId, cancellation);
        return CommandView.Of(command, resources, targets);
    }
}
