using Formae.Engine.Tests.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Engine.Tests;

public sealed class ErrorCatalogueTests
{
    [Fact]
    public void Every_code_is_explained_in_the_catalogue_and_nothing_else_is()
    {
        var rows = File.ReadAllLines(Path.Combine(Root(), "docs", "errors.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();
        var explained = rows.Select(row => row.Split('`')[1]).ToHashSet(StringComparer.Ordinal);
        var codes = RefusalTests.Constants(typeof(DiagnosticCodes)).Concat(RefusalTests.Constants(typeof(ErrorCodes))).Concat(RefusalTests.Constants(typeof(ProblemCodes))).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(codes.Except(explained));
        Assert.Empty(explained.Except(codes));
        Assert.All(rows, row => Assert.True(row.Split('|').Count(cell => cell.Trim().Length > 0) >= 3, $"cause and remedy: {row}"));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Formae.Functions.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("There is no Formae.Functions.sln above the tests.");
    }
}
