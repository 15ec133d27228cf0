using Microsoft.Azure.Functions.Worker;

namespace Formae.Sdk.Functions;

/// <summary>The beat by which the coordinator knows that the plugin is there.</summary>
/// <param name="announcer">Sends the announcement.</param>
public sealed class AnnounceFunction(Announcer announcer)
{
    /// <summary>Sends one announcement. The setting <c>FormaeBeat</c> says how often: a time span or a cron expression; default every 30 seconds.</summary>
    [Function("Announce")]
    public Task RunAsync([TimerTrigger("%FormaeBeat%", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellationToken) =>
        announcer.AnnounceAsync(cancellationToken);
}
