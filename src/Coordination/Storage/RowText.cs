using System.Globalization;
using Azure.Data.Tables;

namespace Formae.Coordination.Storage;

/// <summary>Long text in a table row: split over as many columns as it needs, because one holds 32 K characters.</summary>
internal static class RowText
{
    /// <summary>What one row can hold beside its other columns; the service's limit is 1 MiB of UTF-16 a row.</summary>
    public const int Longest = 450_000;

    private const int ColumnLength = 32_000;

    public static void Write(TableEntity row, string name, string text)
    {
        if (text.Length > Longest)
            throw new ArgumentException($"{name} has {text.Length} characters; a row holds {Longest}.", nameof(text));
        var column = 0;
        for (var start = 0; start < text.Length || column == 0; column++)
        {
            var length = Math.Min(ColumnLength, text.Length - start);

            // A surrogate pair stays together: half of one is not a text.
            if (start + length < text.Length && char.IsHighSurrogate(text[start + length - 1]))
                length--;
            row[Column(name, column)] = text.Substring(start, length);
            start += length;
        }
    }

    public static string? Read(TableEntity row, string name)
    {
        var first = row.GetString(Column(name, 0));
        if (first is null || !row.ContainsKey(Column(name, 1)))
            return first;
        var parts = new List<string> { first };
        for (var column = 1; row.GetString(Column(name, column)) is { } part; column++)
            parts.Add(part);
        return string.Concat(parts);
    }

    /// <summary>Every column that a text of this name may take, for a query that selects.</summary>
    public static IEnumerable<string> Columns(string name) => Enumerable.Range(0, (Longest / ColumnLength) + 1).Select(column => Column(name, column));

    /// <summary>Whether a column is one of those that a text of this name may take.</summary>
    public static bool IsColumn(string name, string column) =>
        column == name || (column.StartsWith(name, StringComparison.Ordinal) && int.TryParse(column.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static string Column(string name, int number) => number == 0 ? name : name + number.ToString(CultureInfo.InvariantCulture);
}
