using System.Diagnostics;
using Formae.BlackBox.Tests.Scripts;

namespace Formae.BlackBox.Tests.Running;

/// <summary>Makes the script of a failure smaller for as long as it still fails in the same way. Where threads race, a smaller one gets a few chances.</summary>
/// <param name="session">Where the smaller ones are run.</param>
/// <param name="chances">How often each is run before it counts as one that does not fail.</param>
/// <param name="time">How long to try at most.</param>
/// <param name="most">How many smaller ones to try at most.</param>
internal sealed class Shrinker(Session session, int chances, TimeSpan time, int most = int.MaxValue)
{
    public async Task<Failure> ShrinkAsync(Failure failure)
    {
        var clock = Stopwatch.StartNew();
        var smallest = failure;
        var tried = 0;
        for (var found = true; found && clock.Elapsed < time && tried < most;)
        {
            found = false;
            foreach (var candidate in Shrinking.Smaller(smallest.Script))
            {
                if (clock.Elapsed > time || tried++ >= most)
                    break;
                if (await FailsAsync(candidate, failure.Kind) is not { } smaller)
                    continue;
                smallest = smaller;
                found = true;
                break;
            }
        }

        return smallest;
    }

    private async Task<Failure?> FailsAsync(Script script, string kind)
    {
        for (var chance = 0; chance < chances; chance++)
        {
            if (await session.RunAsync(script) is { } failure && failure.Kind == kind)
                return failure;
        }

        return null;
    }
}
