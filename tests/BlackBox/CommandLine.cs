using System.Diagnostics;
using System.Globalization;
using Formae.BlackBox.Tests.Running;
using Formae.BlackBox.Tests.Scripts;
using Formae.BlackBox.Tests.Systems;

namespace Formae.BlackBox.Tests;

/// <summary>What <c>./do blackbox</c> runs: any number of sequences, from any seed.</summary>
internal static class CommandLine
{
    public const string Word = "blackbox";

    private const string Help = """
        ./do blackbox [--iterations N] [--seed S] [--profile NAME] [--processes] [--shrink SECONDS] [--go-on]
        ./do blackbox --server URL --cloud URL [--key KEY] [...]

        Runs random sequences against the whole control plane and holds it to the invariants of docs/testing.md.
          --iterations N    how many of each profile; default 20
          --seed S          the first seed; the next sequence has the next one. Default: drawn
          --profile NAME    SequentialHappyPath, SequentialWithFailures, ConcurrentMultiStack, ConcurrentWithFailures or FullChaos; default: all
          --processes       on a real formae up in processes of its own, which are killed; default: in one process
          --server URL      on a control plane that runs already, by its address, with --cloud URL, the address of its FakeAws app, and --key KEY, a host key if it asks for one;
                            only SequentialHappyPath and ConcurrentMultiStack: nothing is killed there, and nobody knows how often it tries again
          --shrink SECONDS  how long to look for a smaller script that fails alike; default 120, 0 not at all
          --go-on           after a failure go on with the next sequence
        """;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments.Contains("--help"))
        {
            Console.WriteLine(Help);
            return 0;
        }

        var iterations = Number(arguments, "--iterations") ?? 20;
        var first = Number(arguments, "--seed") ?? Random.Shared.Next(1_000_000);
        var shrink = TimeSpan.FromSeconds(Number(arguments, "--shrink") ?? 120);
        var server = Value(arguments, "--server");
        var cloud = Value(arguments, "--cloud");
        if (server is null != cloud is null)
            return Refuse("--server and --cloud go together.");
        var possible = server is null ? Profile.All : Elsewhere.Possible;
        var profiles = Value(arguments, "--profile") is { } name ? [Profile.Named(name)] : possible;
        if (profiles.Except(possible).FirstOrDefault() is { } impossible)
            return Refuse($"With --server there is no {impossible}, only {string.Join(" and ", possible)}.");
        var start = server is null ? Start(arguments.Contains("--processes")) : async () => await Elsewhere.FindAsync(new Uri(server), new Uri(cloud!), Value(arguments, "--key"));
        var failures = 0;
        foreach (var profile in profiles)
        {
            var clock = Stopwatch.StartNew();
            await using var session = new Session(start, server is null ? "r" : $"s{DateTimeOffset.UtcNow.ToUnixTimeSeconds():x}-");
            for (var seed = first; seed < first + iterations; seed++)
            {
                if (await session.RunAsync(ScriptGenerator.Draw(profile, seed)) is not { } failure)
                    continue;
                failures++;
                Console.WriteLine(failure);
                if (shrink > TimeSpan.Zero)
                    Console.WriteLine($"As small as could be found:{Environment.NewLine}{await new Shrinker(session, 3, shrink).ShrinkAsync(failure)}");
                if (!arguments.Contains("--go-on"))
                    return 1;
            }

            if (await session.FinishAsync() is { } last)
            {
                failures++;
                Console.WriteLine(last);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{profile.Name}: {iterations} sequences from seed {first} in {clock.Elapsed.TotalSeconds:0.0} s: {session.Tally}"));
        }

        return failures == 0 ? 0 : 1;
    }

    private static int Refuse(string why)
    {
        Console.Error.WriteLine(why);
        return 2;
    }

    private static Func<Task<ISystem>> Start(bool inProcesses) => inProcesses
        ? static async () => await Processes.StartAsync()
        : static async () => await InProcess.StartAsync();

    private static string? Value(IReadOnlyList<string> arguments, string name) =>
        Enumerable.Range(0, Math.Max(0, arguments.Count - 1)).Where(place => arguments[place] == name).Select(place => arguments[place + 1]).FirstOrDefault();

    private static int? Number(IReadOnlyList<string> arguments, string name) => Value(arguments, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
