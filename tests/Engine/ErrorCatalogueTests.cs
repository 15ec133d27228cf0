using Formae.Engine.Tests.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Engine.Tests;

public sealed partial class ErrorCatalogueTests
{
    [Fact]
    public void Every_code_is_explained_in_the_catalogue_and_nothing_else_is()
    {
        // Why messages are refused is told last, and held to its own list by the tests of that room.
        var rows = File.ReadAllLines(Path.Combine(Root(), "docs", "errors.md")).TakeWhile(line => line != "## Refused messages").Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();
        var explained = rows.Select(row => row.Split('`')[1]).ToHashSet(StringComparer.Ordinal);
        var codes = RefusalTests.Constants(typeof(DiagnosticCodes)).Concat(RefusalTests.Constants(typeof(ErrorCodes))).Concat(RefusalTests.Constants(typeof(ProblemCodes))).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(codes.Except(explained));
        Assert.Empty(explained.Except(codes));
        Assert.All(rows, row => Assert.True(row.Split('|').Count(cell => cell.Trim().Length > 0) >= 3, $"cause and remedy: {row}"));
    }

    [Fact]
    public void Every_code_of_a_refusal_is_answered_somewhere()
    {
        // Lines that only sort codes begin with one.
        var lines = new[] { "src/Engine", "src/Coordination", "functions" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root(), folder), "*.cs", SearchOption.AllDirectories))
            .SelectMany(File.ReadLines)
            .Select(line => line.Trim())
            .Where(line => !line.StartsWith("ErrorCodes.", StringComparison.Ordinal) && !line.StartsWith("or ErrorCodes.", StringComparison.Ordinal))
            .ToList();
        var answered = lines.SelectMany(line => Answered().Matches(line).Select(match => match.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(typeof(ErrorCodes).GetFields().Select(field => field.Name).Except(answered));
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"\b(?:ErrorCodes|RejectionCodes)\.(\w+)")]
    private static partial System.Text.RegularExpressions.Regex Answered();

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Formae.Functions.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("There is no Formae.Functions.sln above the tests.");
    }
}
