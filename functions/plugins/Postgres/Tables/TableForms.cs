using System.Text.Json;

namespace Formae.Plugins.Postgres;

/// <summary>A table as somebody wrote it, and what the server understands by it.</summary>
internal sealed record TableForm(Table Written, TableRow Means);

/// <summary>
/// PostgreSQL prints types and expressions in words of its own: <c>int</c> is <c>integer</c>, and <c>'new'</c> is <c>'new'::text</c>. What is written and what is there are compared as the server prints both; it is asked once
/// for each text, and the answers are kept.
/// </summary>
internal sealed class TableForms
{
    private const int Most = 2000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, TableRow> _meanings = new(StringComparer.Ordinal);

    /// <summary>What the server understands by it, asked in the session's transaction where it was not asked before.</summary>
    public async Task<TableRow> MeaningOfAsync(Session session, Table written)
    {
        var key = KeyOf(session, written);
        lock (_lock)
        {
            if (_meanings.TryGetValue(key, out var known))
                return known;
        }

        var meaning = await TableCatalog.MeaningOfAsync(session, written).ConfigureAwait(false);
        lock (_lock)
        {
            if (_meanings.Count >= Most)
                _meanings.Clear();
            _meanings[key] = meaning;
        }

        return meaning;
    }

    private static string KeyOf(Session session, Table written) =>
        $"{session.Place}\n{JsonSerializer.Serialize(written with { Owner = null, Comment = null, DropColumns = null }, PostgresJson.Default.Table)}";
}
