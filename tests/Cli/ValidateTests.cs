using Formae.Cli.CommandLine;
using Formae.Cli.Tests.Support;

namespace Formae.Cli.Tests;

public sealed class ValidateTests
{
    [Fact]
    public async Task A_sound_document_is_counted()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.Ok, await run.InvokeAsync("validate", run.Write("x.yaml", "Stacks:\n  - Label: web\n")));
        Assert.Contains("is well formed: 0 resources, 1 stacks, 0 targets.", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_is_shown_where_it_is()
    {
        using var run = new TestRun();

        Assert.Equal(ExitCode.InvalidDocument, await run.InvokeAsync("validate", run.Write("x.json", "{\n  \"Stacks\": [3]\n}")));
        Assert.Contains("x.json:2:", run.Error, StringComparison.Ordinal);
        Assert.Contains("    2 |   \"Stacks\": [3]", run.Error, StringComparison.Ordinal);
    }
}
