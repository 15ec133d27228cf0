using System.Diagnostics;
using Formae.Client;

namespace Formae.Distributed.Tests;

/// <summary>Looks again and again at what can be observed from outside, until it is there or the time is over.</summary>
internal static class Wait
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <param name="what">What is awaited, for whoever reads that it did not come.</param>
    /// <param name="within">How long at most.</param>
    /// <param name="look">What is there now; null when it is not yet.</param>
    /// <param name="tail">Told beside, when it did not come.</param>
    public static async Task<T> ForAsync<T>(string what, TimeSpan within, Func<Task<T?>> look, Func<string>? tail = null)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            string last;
            try
            {
                if (await look() is { } found)
                    return found;
                last = "";
            }
            catch (Exception e) when (e is FormaeConnectionException or HttpRequestException or TaskCanceledException)
            {
                // Whoever is asked may just have been killed.
                last = $" Last: {e.Message}";
            }

            if (clock.Elapsed > within)
                throw new TimeoutException($"This did not come within {within.TotalSeconds:0} s: {what}.{last}{Environment.NewLine}{tail?.Invoke()}");
            await Task.Delay(Look, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>
    /// The time is that which this process gets: as many looks as fit into it. A machine that is too busy to let it look has been too busy for others as well.
    /// </summary>
    public static async Task UntilAsync(string what, TimeSpan within, Func<bool> look, Func<string>? tail = null)
    {
        for (var looks = within / Look; !look(); looks--)
        {
            if (looks <= 0)
                throw new TimeoutException($"This did not come within {within.TotalSeconds:0} s: {what}.{Environment.NewLine}{tail?.Invoke()}");
            await Task.Delay(Look, TestContext.Current.CancellationToken);
        }
    }
}
