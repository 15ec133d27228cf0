using System.CommandLine;
using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;
using Formae.Servers;

namespace Formae.Cli.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void Every_verb_and_every_option_is_in_the_page()
    {
        using var run = new TestRun();
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md"));

        var missing = new List<string>();
        foreach (var (path, command) in Commands("formae", FormaeCommandLine.Tree(run.Context)))
        {
            if (command.Subcommands.Count == 0 && !page.Contains($"`{path}", StringComparison.Ordinal))
                missing.Add(path);
            missing.AddRange(command.Options.Where(option => option is not (System.CommandLine.Help.HelpOption or VersionOption) && !page.Contains($"`{option.Name}", StringComparison.Ordinal)).Select(option => $"{path} {option.Name}"));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_exit_code_is_in_the_page()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md"));

        foreach (var field in typeof(ExitCode).GetFields())
            Assert.Contains($"| {field.GetRawConstantValue()} |", page, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Path, Command Command)> Commands(string path, Command command) =>
        command.Subcommands.SelectMany(child => Commands($"{path} {child.Name}", child)).Prepend((path, command));
}
