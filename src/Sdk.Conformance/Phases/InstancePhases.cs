using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>Instances of a plugin that share a cloud, and nothing else.</summary>
internal static class InstancePhases
{
    private const int AtOnce = 4;

    public static async Task TwoInstancesAsync(Trial trial)
    {
        Need(trial, Instance.Second);
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        thing.Live = await trial.FindAsync(thing).ConfigureAwait(false);
        await AlikeAsync(trial, thing, Instance.Second, "Another instance must read what the first one reads.").ConfigureAwait(false);
        if (trial.Sample.Changed is not null)
        {
            await trial.ChangeAsync(thing, trial.Changed(thing), trial.Stored(thing), Instance.Second).ConfigureAwait(false);
            thing.Live = await trial.FindAsync(thing, Instance.Second).ConfigureAwait(false);
            await AlikeAsync(trial, thing, Instance.First, "The first instance must read what another one has changed.").ConfigureAwait(false);
            var reports = await Task.WhenAll(
                trial.Bench.CompleteAsync(trial.Rewrite(thing, trial.Changed(thing))),
                trial.Bench.CompleteAsync(trial.Rewrite(thing, trial.Changed(thing)), Instance.Second)).ConfigureAwait(false);
            Rule.Holds(Array.Exists(reports, report => report.Status == OperationStatus.Success), "Of two updates by two instances at the same time one must succeed.", reports[0]);
            await AlikeAsync(trial, thing, Instance.First, "Two instances that write the same at the same time must not undo each other's work.").ConfigureAwait(false);
        }

        await trial.RemoveAsync(thing, Instance.Second).ConfigureAwait(false);
        await GoneForAllAsync(trial, thing).ConfigureAwait(false);
        if (!trial.CanBeMany)
            return;
        List<Task<Thing>> making = [];
        for (var i = 0; i < AtOnce; i++)
            making.Add(trial.MakeAsync(i % 2 == 0 ? Instance.First : Instance.Second));
        var things = await Task.WhenAll(making).ConfigureAwait(false);
        Rule.Holds(things.Select(one => one.Id).Distinct(StringComparer.Ordinal).Count() == AtOnce, $"Objects that two instances make at the same time must have native ids of their own: {string.Join(", ", things.Select(one => $"'{one.Id}'"))}.");
        foreach (var one in things)
        {
            one.Live = await trial.FindAsync(one).ConfigureAwait(false);
            await AlikeAsync(trial, one, Instance.Second, "What two instances make at the same time must be read alike by both.").ConfigureAwait(false);
        }
    }

    public static async Task ClockSkewAsync(Trial trial)
    {
        foreach (var instance in (Instance[])[Instance.FastClock, Instance.SlowClock])
        {
            Need(trial, instance);
            var thing = await trial.MakeAsync(instance).ConfigureAwait(false);
            thing.Live = await trial.FindAsync(thing, instance).ConfigureAwait(false);
            await AlikeAsync(trial, thing, Instance.First, "What an instance whose clock is wrong has made must be read by others.").ConfigureAwait(false);
            if (trial.Sample.Changed is not null)
            {
                await trial.ChangeAsync(thing, trial.Changed(thing), trial.Stored(thing), instance).ConfigureAwait(false);
                await AlikeAsync(trial, thing, Instance.First, "What an instance whose clock is wrong has changed must be read by others.").ConfigureAwait(false);
            }

            await trial.RemoveAsync(thing, instance).ConfigureAwait(false);
        }
    }

    /// <summary>Holds that an instance reads what is known of an object.</summary>
    private static async Task AlikeAsync(Trial trial, Thing thing, Instance instance, string rule)
    {
        var live = await trial.FindAsync(thing, instance).ConfigureAwait(false);
        Rule.Holds(trial.Type.Same(live, thing.Live), $"{rule} {string.Join("; ", trial.Type.Changes(thing.Live, live))}.");
    }

    private static async Task GoneForAllAsync(Trial trial, Thing thing)
    {
        // It has no native id any more: the read names the one that it had.
        thing.NativeId = thing.LastId;
        await trial.GoneAsync(thing).ConfigureAwait(false);
        thing.NativeId = null;
    }

    private static void Need(Trial trial, Instance instance)
    {
        if (trial.Bench.Plugin.Lacks(instance) is { } lacks)
            throw new NotApplicableException(lacks);
    }
}
