using System.Text.RegularExpressions;

namespace Formae.Architecture.Tests;

/// <summary>The acceptance rows of the contract: each has a test whose name begins with its number.</summary>
public sealed partial class AcceptanceTests
{
    /// <summary>Documents, planning, inventory and queries. A row is added here with the feature that it is about.</summary>
    private static readonly (int First, int Last)[] Rows = [(1, 124), (130, 134), (178, 185), (209, 212), (214, 215)];

    [Fact]
    public void Every_row_has_a_test()
    {
        var tested = Repository.Places(Repository.FilesOf(".cs", "tests"))
            .SelectMany(line => TestOfRow().Match(line.Text).Groups["row"].Captures).Select(row => row.Value).ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(tested);
        Repository.NoneOf("Rows without a test:", Rows.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)).Select(row => $"F{row:D3}").Where(row => !tested.Contains(row)));
    }

    [Fact]
    public void No_test_of_a_row_is_left_out()
    {
        var skipped = Repository.FilesOf(".cs", "tests").SelectMany(file => Repository.Lines(file).Zip(Repository.Lines(file).Skip(1), (attribute, method) => (file, attribute, method)))
            .Where(lines => lines.attribute.Contains("Skip", StringComparison.Ordinal) && TestOfRow().IsMatch(lines.method)).Select(lines => $"{lines.file}: {lines.method.Trim()}");

        Repository.NoneOf("Tests of rows that do not run:", skipped);
    }

    [GeneratedRegex(@"^\s+public (?:static )?(?:async )?(?:Task|ValueTask|void|Property) (?:(?<row>F\d{3})_)+\w+\(")]
    private static partial Regex TestOfRow();
}
