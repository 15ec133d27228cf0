using Formae.Servers;
using Xunit.Sdk;

namespace Formae.Cli.Tests.Support;

/// <summary>A machine that is there to run everything does not pass over what it lacks.</summary>
public sealed class LackTests
{
    [Fact]
    public void Where_nothing_is_required_a_test_is_skipped_with_the_reason() =>
        Assert.Contains("There is no node.", Assert.IsType<SkipException>(Told(required: false)).Message, StringComparison.Ordinal);

    [Fact]
    public void Where_everything_is_required_it_fails_with_the_reason() =>
        Assert.Equal($"There is no node. {Lack.Variable} asks for it.", Assert.IsType<FailException>(Told(required: true)).Message);

    // Skipping would go through what records exceptions.
    private static Exception? Told(bool required)
    {
        try
        {
            Lack.Tell("There is no node.", required);
            return null;
        }
        catch (Exception e) when (e is XunitException)
        {
            return e;
        }
    }
}
