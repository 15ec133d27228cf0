using Spectre.Console;

namespace Formae.Cli.Terminals;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its head.</param>
/// <param name="Rank">0: always there. Of the others the highest is left out first where there is no room.</param>
/// <param name="Folds">Its text may go on in a further line; an id may not, or it could not be copied.</param>
internal sealed record Column(string Name, int Rank = 0, bool Folds = false);

/// <summary>Rows as a table where they fit, with fewer columns where they do not, and each as a block of its own where the terminal is very narrow.</summary>
internal static class TableView
{
    // Less makes a text hard to read.
    private const int LeastFolded = 16;

    // A blank on each side, and the edges of the table.
    private const int Padding = 3;

    /// <param name="console">Where to.</param>
    /// <param name="columns">What there is.</param>
    /// <param name="rows">A text for each column.</param>
    /// <param name="paint">Gives the markup of a text of a column; null for none of its own.</param>
    public static void Write(IAnsiConsole console, IReadOnlyList<Column> columns, IReadOnlyList<string[]> rows, Func<Column, string, string?>? paint = null)
    {
        var widths = columns.Select((column, at) => rows.Select(row => Longest(row[at])).Append(column.Name.Length).Max()).ToArray();
        var shown = Enumerable.Range(0, columns.Count).ToList();
        int Needed() => shown.Sum(at => Padding + (columns[at].Folds ? Math.Min(widths[at], LeastFolded) : widths[at])) + 1;
        while (Needed() > console.Profile.Width && shown.Where(at => columns[at].Rank > 0).OrderByDescending(at => columns[at].Rank).Select(at => (int?)at).FirstOrDefault() is { } least)
            shown.Remove(least);
        string Markup(int at, string text) => paint?.Invoke(columns[at], text) ?? Literal.Of(text);
        if (Needed() > console.Profile.Width)
        {
            WriteBlocks(console, columns, rows, Markup);
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in shown.Select(at => columns[at]))
            table.AddColumn(new TableColumn(Literal.Of(column.Name)) { NoWrap = !column.Folds });
        foreach (var row in rows)
            table.AddRow([.. shown.Select(at => Markup(at, row[at]))]);
        console.Write(table);
    }

    private static void WriteBlocks(IAnsiConsole console, IReadOnlyList<Column> columns, IReadOnlyList<string[]> rows, Func<int, string, string> markup)
    {
        var width = columns.Max(column => column.Name.Length);
        foreach (var row in rows)
        {
            console.WriteLine();
            for (var at = 0; at < columns.Count; at++)
            {
                var name = $"[grey]{Literal.Of(columns[at].Name.PadRight(width))}[/]";
                if (row[at].Length > 0 && (columns[at].Folds || width + 2 + row[at].Length <= console.Profile.Width))
                {
                    console.MarkupLine($"{name}  {markup(at, row[at])}");
                }
                else if (row[at].Length > 0)
                {
                    // Folded by the terminal itself, where it must be: that is copied as one piece.
                    console.MarkupLine(name);
                    console.Profile.Out.Writer.WriteLine(Literal.Visible(row[at]));
                }
            }
        }
    }

    private static int Longest(string text) => text.Split('\n').Max(line => line.Length);
}
