using Formae.BlackBox.Tests.Running;
using Formae.BlackBox.Tests.Scripts;
using Formae.BlackBox.Tests.Systems;

namespace Formae.BlackBox.Tests;

/// <summary>A few sequences on real processes, which are killed. <c>./do blackbox --processes</c> runs any number of others.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData("ConcurrentWithFailures", 2)]
    [InlineData("FullChaos", 3)]
    public async Task Whoever_is_killed_everything_holds(string profile, int iterations)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Finds the processes as Linux tells them.");
        await using var session = new Session(async () => await Processes.StartAsync());
        for (var seed = 1; seed <= iterations; seed++)
            Assert.Null((await session.RunAsync(ScriptGenerator.Draw(Profile.Named(profile), seed)))?.ToString());
        Assert.Null(await session.FinishAsync());
        TestContext.Current.SendDiagnosticMessage($"{profile}: {session.Tally}");
    }

    [Fact]
    public async Task What_runs_elsewhere_is_held_to_the_same_by_its_addresses()
    {
        using var folder = new Distributed.Tests.TempFolder();
        await using var plane = await Distributed.Tests.ControlPlane.StartAsync(folder.File("data"));
        for (var time = 1; time <= 2; time++)
        {
            // Another session finds what the one before has left behind, which is nothing.
            await using var session = new Session(async () => await Elsewhere.FindAsync(plane.Address, new Uri(plane.UrlOf("fakeaws")), key: null), $"s{time}-");
            foreach (var profile in Elsewhere.Possible)
                Assert.Null((await session.RunAsync(ScriptGenerator.Draw(profile, time)))?.ToString());
            Assert.Null(await session.FinishAsync());
        }
    }
}
