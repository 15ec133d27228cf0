using Microsoft.Azure.Functions.Worker;

namespace Formae.Sdk.Functions;

/// <summary>The beat by which the coordinator knows that the plugin is there.</summary>
/// <param name="announcer">Sends the announcement.</param>
public sealed class AnnounceFunction(Announcer announcer)
{
    /// <summary>Sends one announcement, every 30 seconds and when the app starts.</summary>
    [Function("Announce")]
    public Task RunAsync([TimerTrigger("*/30 * * * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellationToken) =>
        announcer.AnnounceAsync(cancellationToken);
}
