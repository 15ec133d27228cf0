using Formae.Engine.Rate;
using Microsoft.DurableTask.Entities;

namespace Formae.Coordinator.Entities;

public sealed class RateEntityState
{
    public DateTimeOffset TheoreticalArrival { get; set; }
}

/// <summary>The request for start times: how many, and under which limit.</summary>
public sealed record TakeStarts(int Count, double PerSecond);

/// <summary>Hands out start times for a namespace, a batch in one call. Nobody polls: messages are enqueued for their time.</summary>
public sealed class RateEntity(TimeProvider time) : TaskEntity<RateEntityState>
{
    public DateTimeOffset[] Take(TakeStarts take)
    {
        var (next, starts) = new Gcra(State.TheoreticalArrival).Take(take.Count, take.PerSecond, time.GetUtcNow());
        State.TheoreticalArrival = next.TheoreticalArrival;
        return starts;
    }
}
