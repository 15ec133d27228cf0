using System.Reflection;

namespace Formae.Architecture.Tests;

/// <summary>
/// The embedded libraries offer a subset of the real packages' public API. The baselines say which subset; a line that is new or gone is meant or it is a mistake.
/// </summary>
public sealed class PublicSurfaceTests
{
    private const string Accept = "UPDATE_BASELINE";

    [Theory]
    [InlineData("Formae.Embedded.Tables")]
    [InlineData("Formae.Embedded.ServiceBus")]
    [InlineData("Formae.Embedded.DurableTask")]
    [InlineData("Formae.Embedded.Functions")]
    public void The_public_surface_is_the_baseline(string assembly)
    {
        var surface = PublicSurface.Of(Assembly.Load(assembly));
        var file = Repository.Full($"src/Embedded/api-baseline/{assembly}.txt");
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllLines(file, surface);
            return;
        }

        var baseline = File.Exists(file) ? File.ReadAllLines(file) : [];
        var differences = surface.Except(baseline).Select(line => "new:  " + line).Concat(baseline.Except(surface).Select(line => "gone: " + line)).ToList();
        Assert.True(
            differences.Count == 0,
            $"""
            The public surface of {assembly} is not that of {file}:
            {string.Join(Environment.NewLine, differences)}
            Every public member must exist in the real package with the same signature. If these do, accept them: {Accept}=1 dotnet test --project tests/Architecture
            """);
    }
}
