using Formae.BlackBox.Tests.Running;
using Formae.BlackBox.Tests.Scripts;
using Formae.BlackBox.Tests.Systems;

namespace Formae.BlackBox.Tests;

/// <summary>Some sequences of each profile, always the same ones. <c>./do blackbox</c> runs any number of others.</summary>
public sealed class ProfileTests
{
    [Theory]
    [InlineData("SequentialHappyPath", 10)]
    [InlineData("SequentialWithFailures", 10)]
    [InlineData("ConcurrentMultiStack", 15)]
    [InlineData("ConcurrentWithFailures", 15)]
    [InlineData("FullChaos", 6)]
    public async Task Whatever_is_asked_of_it_everything_holds(string profile, int iterations)
    {
        await using var session = new Session(async () => await InProcess.StartAsync());
        for (var seed = 1; seed <= iterations; seed++)
            Assert.Null((await session.RunAsync(ScriptGenerator.Draw(Profile.Named(profile), seed)))?.ToString());
        Assert.Null(await session.FinishAsync());
        Assert.True(session.Tally["accepted"] >= iterations, $"Too little is done: {session.Tally}");
        if (Profile.Named(profile).IsChaos)
            Assert.All((string[])["requests that storage refused", "reports that came too late"], what => Assert.True(session.Tally[what] > 0, $"None of the {what}: {session.Tally}"));
        TestContext.Current.SendDiagnosticMessage($"{profile}: {session.Tally}");
    }
}
