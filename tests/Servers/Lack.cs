using Xunit;

namespace Formae.Servers;

/// <summary>What a test says where the machine lacks what it needs: that it is skipped, and why.</summary>
public static class Lack
{
    /// <summary>The variable that makes it a failure, for machines that are there to run everything: <c>1</c>.</summary>
    public const string Variable = "FORMAE_REQUIRE_SERVERS";

    /// <summary>Ends the test that asks.</summary>
    public static void Tell(string missing) => Tell(missing, Environment.GetEnvironmentVariable(Variable) == "1");

    /// <summary>The same, where it is known whether everything must be there.</summary>
    public static void Tell(string missing, bool required)
    {
        if (required)
            Assert.Fail($"{missing} {Variable} asks for it.");
        Assert.Skip(missing);
    }
}
