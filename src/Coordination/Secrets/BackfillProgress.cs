using Azure.Data.Tables;
using Formae.Coordination.Storage;
using Formae.Model;

namespace Formae.Coordination.Secrets;

/// <summary>How far the back-fill is: which secrets all rows have been looked through for, and where the pass under way stands.</summary>
/// <param name="Covered">Every row has been looked through for these; null when there has been no pass at all.</param>
/// <param name="Wanted">What the pass under way looks for.</param>
/// <param name="Step">Which kind of rows it is at.</param>
/// <param name="Continuation">Where among them; empty at their beginning.</param>
internal sealed record BackfillProgress(IReadOnlySet<string>? Covered, string Wanted, int Step, string Continuation)
{
    private const string Partition = "secrets";
    private const string Row = "progress";

    public static BackfillProgress None { get; } = new(null, "", 0, "");

    /// <summary>The secrets that these schemas mark, one a line.</summary>
    public static string SecretsOf(IReadOnlyDictionary<string, ResourceSchema> schemas) => string.Join('\n', schemas
        .SelectMany(type => type.Value.Hints.Where(hint => hint.Value.Opaque).Select(hint => $"{type.Key.ToLowerInvariant()} {hint.Key}"))
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>A type that has become a secret less needs no pass, nor does a plugin that went and came back.</summary>
    public bool Covers(string secrets) => Covered is not null && Lines(secrets).All(Covered.Contains);

    public BackfillProgress Begin(string secrets) => this with { Wanted = secrets, Step = 0, Continuation = "" };

    public BackfillProgress End() => this with { Covered = (Covered ?? new HashSet<string>()).Concat(Lines(Wanted)).ToHashSet(StringComparer.Ordinal), Step = 0, Continuation = "" };

    public static async Task<BackfillProgress> ReadAsync(FormaeTables tables, CancellationToken cancellation)
    {
        if (await tables.Upkeep.FindAsync(Partition, Row, cancellation) is not { } row)
            return None;
        var covered = RowText.Read(row, "Covered");
        return new BackfillProgress(covered is null ? null : Lines(covered).ToHashSet(StringComparer.Ordinal), RowText.Read(row, "Wanted") ?? "", row.GetInt32("Step") ?? 0, RowText.Read(row, "Continuation") ?? "");
    }

    public Task WriteAsync(FormaeTables tables, CancellationToken cancellation)
    {
        var row = new TableEntity(Partition, Row) { ["Step"] = Step };
        if (Covered is not null)
            RowText.Write(row, "Covered", string.Join('\n', Covered.Order(StringComparer.Ordinal)));
        RowText.Write(row, "Wanted", Wanted);
        RowText.Write(row, "Continuation", Continuation);
        return tables.Upkeep.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
