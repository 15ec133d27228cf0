using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Formae.Model;

namespace Formae.Coordination.Storage;

/// <summary>Reading many resources in the order of their rows, from any place on.</summary>
public sealed partial class ResourceStore
{
    /// <summary>Stands between the two keys of a place; no key holds it.</summary>
    private const char BetweenKeys = '\n';

    /// <summary>Where a resource stands in the order of rows: its row's two keys.</summary>
    public static string PlaceOf(Resource resource) => $"{Keys.Escape(resource.Stack)}{BetweenKeys}{RowOf(resource.Key)}";

    public static bool IsPlace(string text) => text.Split(BetweenKeys) is [{ Length: > 0 }, { Length: > 0 }];

    /// <summary>Resources in the order of <see cref="PlaceOf"/>.</summary>
    /// <param name="stacks">Only those of these stacks; null for all.</param>
    /// <param name="type">Only those of this type; null for any.</param>
    /// <param name="after">The place behind which to begin; null for the first.</param>
    /// <param name="namesOnly">Nobody will open one.</param>
    /// <param name="cancellation">Cancels.</param>
    internal async IAsyncEnumerable<ScannedResource> ScanAsync(IReadOnlyList<string>? stacks, string? type, string? after, bool namesOnly, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var place = after?.Split(BetweenKeys, 2) is [var afterPartition, var afterRow] ? (Partition: afterPartition, Row: afterRow) : default((string Partition, string Row)?);
        string?[] filters = stacks is null
            ? [place is { } p ? TableClient.CreateQueryFilter($"(PartitionKey gt {p.Partition} or (PartitionKey eq {p.Partition} and RowKey gt {p.Row}))") : null]
            : [.. stacks.Select(Keys.Escape).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(partition => FilterOf(partition, place)).OfType<string>()];
        foreach (var filter in filters)
        {
            await foreach (var row in tables.Resources.QueryAsync<TableEntity>(OfType(filter, type), maxPerPage: 1000, namesOnly ? ResourceRows.NameColumns : null, cancellation))
                yield return Scanned(row);
        }
    }

    /// <summary>The same of what is on targets, each read by its look-up.</summary>
    internal async Task<IReadOnlyList<ScannedResource>> ScanTargetsAsync(IReadOnlyList<string> targets, string? after, CancellationToken cancellation) =>
        [.. (await TableRows.ReadEachAsync(targets, target => FindRowsOnAsync(target, cancellation))).SelectMany(rows => rows).Select(Scanned)
            .Select(scanned => (Place: PlaceOf(scanned.Names), Scanned: scanned)).OrderBy(pair => pair.Place, StringComparer.Ordinal)
            .Where(pair => after is null || string.CompareOrdinal(pair.Place, after) > 0).Select(pair => pair.Scanned)];

    private ScannedResource Scanned(TableEntity row) => new(ResourceRows.NamesOf(row), cancellation => _rows.FromRowAsync(row, cancellation));

    /// <summary>Type, target and whether it is managed of every resource: for counting them, without their properties.</summary>
    public async IAsyncEnumerable<(string Type, string Target, bool Managed)> KindsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in tables.Resources.QueryAsync<TableEntity>((string?)null, 1000, ["PartitionKey", "RowKey", "Type", "Target", "Managed"], cancellation))
            yield return (row.GetString("Type"), row.GetString("Target"), row.GetBoolean("Managed") ?? true);
    }

    /// <summary>Null: the whole partition lies before the place.</summary>
    private static string? FilterOf(string partition, (string Partition, string Row)? place) => place is not { } p || string.CompareOrdinal(partition, p.Partition) > 0
        ? TableClient.CreateQueryFilter($"PartitionKey eq {partition}")
        : partition == p.Partition ? TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {p.Row}") : null;

    /// <summary>Rows of one type lie side by side within their stack.</summary>
    private static string? OfType(string? filter, string? type)
    {
        if (type is null)
            return filter;
        var from = TypeKey(type) + Keys.Separator;
        var to = TypeKey(type) + (char)(Keys.Separator + 1);
        var range = TableClient.CreateQueryFilter($"RowKey ge {from} and RowKey lt {to}");
        return filter is null ? range : $"{filter} and {range}";
    }
}

/// <summary>A resource as a search comes by it: whoever wants more than its names opens it.</summary>
internal sealed record ScannedResource(Resource Names, Func<CancellationToken, ValueTask<Resource>> OpenAsync);
