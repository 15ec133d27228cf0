using System.Globalization;
using Formae.Coordination.Catalog;
using Formae.Coordination.Observability;
using Formae.Coordination.Operations;
using Formae.Model;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Entities;

/// <summary>
/// Hands out start times for a namespace, a batch in one call, to commands and synchronisations alike. Nobody polls: messages are enqueued for their time, and who gets
/// no time yet is told when to ask again. The limit is looked up for every answer, so a new one holds for the next start.
/// </summary>
public sealed partial class RateEntity(PluginCatalog catalog, OperationRules rules, TimeProvider time, ILogger logger) : TaskEntity<RateState>
{
    /// <summary>Told to people where it is not their plugin that is waited for.</summary>
    internal const string NotNow = "Waits for a start time, which the control plane could not give just now; it is asked for again.";

    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(10);

    public async Task<StartGrant> Take(TakeStarts take)
    {
        OperationMeasures.Entity(Context.Id.Name, nameof(Take));
        var isRead = await TryRefreshAsync();
        var now = time.GetUtcNow();
        if (catalog.Find(Context.Id.Key) is null)
            return isRead ? Wait(take, now) : new StartGrant { Times = [], AskAgainAt = now + EntityRetry.Pause, WaitingSince = take.WaitingSince, Waiting = NotNow };
        (State.Rate, var starts) = State.Rate.Take(take.Count, catalog.LimitOf(Context.Id.Key), now);
        return new StartGrant { Times = starts.Times, AskAgainAt = starts.AskAgainAt };
    }

    public async Task Throttled(ThrottleNotice notice)
    {
        await TryRefreshAsync();
        State.Rate = State.Rate.Throttled(catalog.LimitOf(Context.Id.Key), time.GetUtcNow(), notice.RetryAfter, notice.Reason);
    }

    /// <summary>
    /// Who asks for a time is an orchestration, and what is thrown here would end it. What was last read of the catalog is good enough; and whether a plugin is missing
    /// can only be said of a catalog that was read.
    /// </summary>
    private async Task<bool> TryRefreshAsync()
    {
        try
        {
            await catalog.RefreshAsync(CancellationToken.None);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotRead(Context.Id.Key, e);
            return false;
        }
    }

    /// <summary>Nobody serves the namespace: looked for again and again, a little later each time, until its patience is over.</summary>
    private StartGrant Wait(TakeStarts take, DateTimeOffset now)
    {
        var since = take.WaitingSince ?? now;
        var pause = (now - since) / 10;
        pause = pause < FirstLook ? FirstLook : pause > LongestLook ? LongestLook : pause;
        var why = catalog.WhyMissing(take.Namespace);
        return new StartGrant
        {
            Times = [],
            AskAgainAt = now + pause,
            WaitingSince = since,
            Waiting = $"Waits for a plugin that serves the namespace '{take.Namespace}': {why}",
            Problem = now - since < rules.PluginPatience ? null : new Problem
            {
                Code = ProblemCodes.PluginNotFound,
                Message = string.Create(CultureInfo.InvariantCulture, $"For {rules.PluginPatience.TotalSeconds:0.#} s no plugin has served the namespace '{take.Namespace}': {why}"),
            },
        };
    }

    [LoggerMessage(EventId = 2105, Level = LogLevel.Warning, Message = "The catalog could not be read for the start times of {Namespace}; what was last read of it holds until then")]
    private partial void LogNotRead(string @namespace, Exception exception);
}
