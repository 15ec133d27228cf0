namespace Formae.Cost.Tests;

public sealed class DocumentTests
{
    [Fact]
    public void The_tables_in_the_document_are_those_that_the_tool_prints()
    {
        var path = Path.Combine(Repository.Root, "infra", "README.md");
        var wanted = Document.Renew(File.ReadAllText(path), Document.Generated(CostData.Load(), Repository.Bicep));
        if (Environment.GetEnvironmentVariable("UPDATE_BASELINE") == "1")
            File.WriteAllText(path, wanted);

        Assert.True(File.ReadAllText(path) == wanted, "infra/README.md is not what the tool prints: UPDATE_BASELINE=1 dotnet run --project tests/Cost");
    }

    [Fact]
    public void The_picture_in_the_document_is_what_its_command_prints()
    {
        const string Command = "    ./do simulate ";
        var text = File.ReadAllText(Path.Combine(Repository.Root, "infra", "README.md"));
        var asked = Assert.Single(text.Split('\n'), line => line.StartsWith(Command, StringComparison.Ordinal))[Command.Length..].Split(' ');

        var picture = Report.Of(CostData.Load(), Asking.Read(asked, Repository.Bicep)).TrimEnd().Split('\n').Select(line => line.Length == 0 ? line : $"    {line}");

        Assert.Contains(string.Join('\n', picture), text, StringComparison.Ordinal);
    }
}
