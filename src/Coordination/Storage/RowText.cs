using System.Globalization;
using System.Text;
using Azure.Data.Tables;

namespace Formae.Coordination.Storage;

/// <summary>Long text in the columns of a table row: split over as many as it needs, because one holds 32 K characters. What no row has room for is the business of <see cref="RowTexts"/>.</summary>
internal static class RowText
{
    /// <summary>What the texts of one row may have together; the service's limit is 1 MiB of UTF-16 a row, and there is more in it than texts.</summary>
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

    /// <summary>Whether a row has room for a text beside the texts that it holds already.</summary>
    public static bool HasRoom(TableEntity row, string text)
    {
        var free = Longest - WeightOf(text);
        foreach (var (_, value) in row)
            free -= value is string other ? WeightOf(other) : 0;
        return free >= 0;
    }

    // The service measures a row in UTF-16, Azurite the body of the request, in which clients escape what is not ASCII, and quotes beside it, with six bytes.
    private static int WeightOf(string text)
    {
        if (Ascii.IsValid(text))
            return text.Length;
        var weight = 0;
        foreach (var c in text)
            weight += char.IsAsciiLetterOrDigit(c) || c == ' ' ? 1 : 3;
        return weight;
    }

    /// <summary>The column after the last one, emptied: where a row is merged, a longer text of before must not go on there.</summary>
    public static void Close(TableEntity row, string name)
    {
        var column = 1;
        while (row.ContainsKey(Column(name, column)))
            column++;
        row[Column(name, column)] = "";
    }

    public static string? Read(TableEntity row, string name)
    {
        var first = row.GetString(Column(name, 0));
        if (first is null || !row.ContainsKey(Column(name, 1)))
            return first;
        var parts = new List<string> { first };
        for (var column = 1; row.GetString(Column(name, column)) is { Length: > 0 } part; column++)
            parts.Add(part);
        return string.Concat(parts);
    }

    /// <summary>Every column that a text of this name may take, for a query that selects.</summary>
    public static IEnumerable<string> Columns(string name) => Enumerable.Range(0, (Longest / ColumnLength) + 2).Select(column => Column(name, column)).Append(ClaimColumn(name));

    /// <summary>Where the claim to the text stands that the row has no room for.</summary>
    public static string ClaimColumn(string name) => name + "Claim";

    /// <summary>Whether a column is one of those that a text of this name may take.</summary>
    public static bool IsColumn(string name, string column) =>
        column == name || column == ClaimColumn(name) || (column.StartsWith(name, StringComparison.Ordinal) && int.TryParse(column.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static string Column(string name, int number) => number == 0 ? name : name + number.ToString(CultureInfo.InvariantCulture);
}
