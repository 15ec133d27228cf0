using Microsoft.Azure.Functions.Worker;

namespace Formae.Sdk.Functions;

/// <summary>The beat by which the coordinator knows that the plugin is there.</summary>
public sealed class AnnounceFunction
{
    private readonly Announcer _announcer;

    /// <summary>Made by the functions host.</summary>
    public AnnounceFunction(IServiceProvider services) => _announcer = (Announcer)services.GetService(typeof(Announcer))!;

    /// <summary>Sends one announcement. The setting <c>FormaeBeat</c> says how often: a time span or a cron expression; default every 30 seconds.</summary>
    [Function("Announce")]
    public Task RunAsync([TimerTrigger("%FormaeBeat%", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellationToken) => _announcer.AnnounceAsync(cancellationToken);
}
