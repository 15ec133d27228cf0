using Formae.Coordination.Bus;
using Formae.Coordination.Catalog;
using Formae.Coordinator.Entities;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace Formae.Coordinator.Orchestrations;

/// <summary>
/// When an orchestration may start what is ready: asked of the rate entity of each namespace, and not asked again before the entity wants to be.
/// </summary>
internal sealed class StartTimes(TaskOrchestrationContext context, IReadOnlyDictionary<string, DateTimeOffset>? waitingSince = null)
{
    private readonly Dictionary<string, StartGrant> _answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DateTimeOffset> _waitingSince = new(waitingSince ?? new Dictionary<string, DateTimeOffset>(), StringComparer.OrdinalIgnoreCase);

    /// <summary>When to ask again for what got no time; null when all has got one.</summary>
    public DateTime? AskAgainAt => _answers.Values.Where(answer => answer.Times is not null).Select(answer => (DateTime?)answer.AskAgainAt.UtcDateTime).Min();

    /// <summary>For the next history: namespaces that nobody serves, and since when.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset>? WaitingSince => _waitingSince.Count == 0 ? null : _waitingSince;

    /// <summary>Times for the first so many; the rest is asked for again at <see cref="AskAgainAt"/>.</summary>
    public async Task<StartGrant> TakeAsync(string @namespace, int count)
    {
        if (_answers.TryGetValue(@namespace, out var last) && last.AskAgainAt.UtcDateTime > context.CurrentUtcDateTime)
            return last.Times is null ? last : last with { Times = [] };
        var since = _waitingSince.TryGetValue(@namespace, out var time) ? time : (DateTimeOffset?)null;
        var grant = await AskAsync(new TakeStarts { Namespace = @namespace, Count = count, WaitingSince = since });
        if (grant.WaitingSince is { } waits)
            _waitingSince[@namespace] = waits;
        else
            _waitingSince.Remove(@namespace);
        if (grant.Times?.Count >= count || grant.Problem is not null)
            _answers.Remove(@namespace);
        else
            _answers[@namespace] = grant;
        return grant;
    }

    /// <summary>An entity that could not answer, because its process was ended or anything else went wrong there, is asked again: nothing has been started, and nothing is lost by waiting.</summary>
    private async Task<StartGrant> AskAsync(TakeStarts take)
    {
        try
        {
            return await context.Entities.CallEntityAsync<StartGrant>(EntityNames.RateOf(take.Namespace), nameof(RateEntity.Take), take);
        }
        catch (EntityOperationFailedException)
        {
            var now = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
            return new StartGrant { Times = [], AskAgainAt = now + EntityRetry.Pause, WaitingSince = take.WaitingSince, Waiting = RateEntity.NotNow };
        }
    }

    /// <summary>The time has come: what waits is asked for once more, if it still waits.</summary>
    public void Elapsed()
    {
        foreach (var @namespace in _answers.Where(answer => answer.Value.AskAgainAt.UtcDateTime <= context.CurrentUtcDateTime).Select(answer => answer.Key).ToList())
            _answers.Remove(@namespace);
    }
}
