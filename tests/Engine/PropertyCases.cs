using System.Globalization;
using FsCheck;

namespace Formae.Engine.Tests;

/// <summary>
/// How many cases a property is tried with, and which. They are the same in every run, so that nothing fails for somebody who has changed something else;
/// <c>FORMAE_TEST_SEED=any</c> draws others, <c>FORMAE_TEST_SEED=a,b</c> repeats those of a failure, <c>FORMAE_TEST_ROUNDS</c> multiplies their number.
/// </summary>
internal static class PropertyCases
{
    private const ulong Seed = 20261121;
    private const ulong Gamma = 7919;

    public static Config Of(int count)
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("FORMAE_TEST_ROUNDS"), CultureInfo.InvariantCulture, out var asked) ? asked : 1;
        var config = Config.QuickThrowOnFailure.WithMaxTest(count * rounds);
        return Environment.GetEnvironmentVariable("FORMAE_TEST_SEED")?.Split(',') switch
        {
            null => config.WithReplay(Seed, Gamma),
            [var seed, var gamma] => config.WithReplay(ulong.Parse(seed, CultureInfo.InvariantCulture), ulong.Parse(gamma, CultureInfo.InvariantCulture)),
            _ => config,
        };
    }
}
