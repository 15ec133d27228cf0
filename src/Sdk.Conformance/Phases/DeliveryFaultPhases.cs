using System.Diagnostics;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>What goes wrong between the control plane and a plugin: messages that come twice, processes that die, several of them at once.</summary>
internal static class DeliveryFaultPhases
{
    // Tells the reports of a second delivery from those of the first.
    private const int Later = 1000;
    private static readonly double[] Moments = [0, 0.25, 0.5, 0.75];

    public static async Task RedeliveryAsync(Trial trial)
    {
        var thing = trial.New();
        var before = await trial.BeforeAsync(thing).ConfigureAwait(false);
        var create = trial.Create(thing);
        await trial.MakeAsync(thing, create).ConfigureAwait(false);
        var again = await trial.Bench.CompleteAsync(Again(create)).ConfigureAwait(false);
        Rule.Holds(again.Status == OperationStatus.Success, "A create that is delivered again after it has succeeded must succeed again.", again);
        Same(thing, again);
        await trial.IsOneAsync(thing, before, "after a create that was delivered twice").ConfigureAwait(false);
        if (trial.Sample.Changed is not null)
        {
            thing.Live = await trial.FindAsync(thing).ConfigureAwait(false);
            var changed = trial.Changed(thing);
            var update = trial.Update(thing, changed, trial.Stored(thing));
            foreach (var delivery in new[] { update, Again(update) })
            {
                var report = await trial.Bench.CompleteAsync(delivery).ConfigureAwait(false);
                Rule.Holds(report.Status == OperationStatus.Success && report.NativeId == thing.Id, "An update that is delivered twice must succeed twice.", report);
                Trial.Took(thing, changed, report);
            }

            trial.IsAsWanted(await trial.FindAsync(thing).ConfigureAwait(false), changed, all: false, "A read after an update that was delivered twice must return what was written.");
        }

        var delete = trial.Delete(thing);
        await trial.RemoveAsync(thing).ConfigureAwait(false);
        again = await trial.Bench.CompleteAsync(Again(delete)).ConfigureAwait(false);
        Rule.Holds(again.Status == OperationStatus.Success, "A delete that is delivered again after it has succeeded must succeed again.", again);

        // And both at the same time, on one instance.
        thing = trial.New();
        before = await trial.BeforeAsync(thing).ConfigureAwait(false);
        await TogetherAsync(trial, thing, trial.Create(thing), Instance.First, TimeSpan.Zero).ConfigureAwait(false);
        await trial.IsOneAsync(thing, before, "after a create that was delivered twice at the same time").ConfigureAwait(false);
        delete = trial.Delete(thing);
        foreach (var report in await Task.WhenAll(trial.Bench.CompleteAsync(delete), trial.Bench.CompleteAsync(Again(delete))).ConfigureAwait(false))
            Rule.Holds(report.Status == OperationStatus.Success, "A delete that is delivered twice at the same time must succeed twice.", report);
        await trial.GoneAsync(thing).ConfigureAwait(false);
        thing.NativeId = null;
    }

    public static async Task CrashAsync(Trial trial)
    {
        var usually = await UsuallyAsync(trial).ConfigureAwait(false);
        var thing = trial.New();
        var before = await trial.BeforeAsync(thing).ConfigureAwait(false);
        var create = trial.Create(thing);
        var report = await ThroughCrashAsync(trial, create, usually).ConfigureAwait(false);
        Rule.Holds(report.Status == OperationStatus.Success, "A create that is delivered again after a crash must succeed.", report);
        Trial.Made(thing, report);
        await trial.IsOneAsync(thing, before, "after a crash between its create and the report").ConfigureAwait(false);
        if (trial.Sample.Changed is not null)
        {
            thing.Live = await trial.FindAsync(thing).ConfigureAwait(false);
            var changed = trial.Changed(thing);
            report = await ThroughCrashAsync(trial, trial.Update(thing, changed, trial.Stored(thing)), usually).ConfigureAwait(false);
            Rule.Holds(report.Status == OperationStatus.Success && report.NativeId == thing.Id, "An update that is delivered again after a crash must succeed.", report);
            Trial.Took(thing, changed, report);
            trial.IsAsWanted(await trial.FindAsync(thing).ConfigureAwait(false), changed, all: false, "A read after an update with a crash must return what was written.");
        }

        report = await ThroughCrashAsync(trial, trial.Delete(thing), usually).ConfigureAwait(false);
        Rule.Holds(report.Status == OperationStatus.Success, "A delete that is delivered again after a crash must succeed.", report);
        await trial.GoneAsync(thing).ConfigureAwait(false);
        thing.NativeId = null;
    }

    public static async Task LockLostAsync(Trial trial)
    {
        if (trial.Bench.Plugin.Lacks(Instance.Second) is { } lacks)
            throw new NotApplicableException(lacks);
        var usually = await UsuallyAsync(trial).ConfigureAwait(false);
        foreach (var moment in Moments)
        {
            var thing = trial.New();
            var before = await trial.BeforeAsync(thing).ConfigureAwait(false);
            await TogetherAsync(trial, thing, trial.Create(thing), Instance.Second, usually * moment).ConfigureAwait(false);
            await trial.IsOneAsync(thing, before, "after a create whose message was handed out again while it still ran").ConfigureAwait(false);
            if (trial.Sample.Changed is not null)
            {
                thing.Live = await trial.FindAsync(thing).ConfigureAwait(false);
                var changed = trial.Changed(thing);
                var update = trial.Update(thing, changed, trial.Stored(thing));
                var reports = await Task.WhenAll(trial.Bench.CompleteAsync(update), LaterAsync(trial, Again(update), Instance.Second, usually * moment)).ConfigureAwait(false);
                Rule.Holds(Array.Exists(reports, report => report.Status == OperationStatus.Success), "An update whose message is handed out again while it still runs must succeed.", reports[0]);
                Trial.Took(thing, changed, Array.Find(reports, report => report is { Status: OperationStatus.Success, Properties: not null }));
                trial.IsAsWanted(await trial.FindAsync(thing).ConfigureAwait(false), changed, all: false, "A read after an update whose message was handed out again while it still ran must return what was written.");
            }

            await trial.RemoveAsync(thing, Instance.Second).ConfigureAwait(false);
        }
    }

    private static async Task TogetherAsync(Trial trial, Thing thing, OperationRequest create, Instance other, TimeSpan after)
    {
        var reports = await Task.WhenAll(trial.Bench.CompleteAsync(create), LaterAsync(trial, Again(create), other, after)).ConfigureAwait(false);
        foreach (var report in reports.Where(report => report.Status == OperationStatus.Success))
        {
            if (thing.NativeId is null)
                Trial.Made(thing, report);
            Same(thing, report);
        }

        Rule.Holds(thing.NativeId is not null, "Of a create that is delivered twice at the same time one must succeed.", reports[0]);

        // The one that came first may have lost the race, and then says so; it must not break.
        foreach (var report in reports.Where(report => report.Status != OperationStatus.Success))
            Rule.Holds(report.Problem is { Code: ProblemCodes.AlreadyExists } or { IsRecoverable: true }, $"Of a create that is delivered twice at the same time the other one may only be told that the object is there ({ProblemCodes.AlreadyExists}), or to come again.", report);
    }

    private static async Task<OperationReport> LaterAsync(Trial trial, OperationRequest request, Instance instance, TimeSpan after)
    {
        if (after > TimeSpan.Zero)
            await Task.Delay(after, trial.Bench.CancellationToken).ConfigureAwait(false);
        return await trial.Bench.CompleteAsync(request, instance).ConfigureAwait(false);
    }

    private static async Task<OperationReport> ThroughCrashAsync(Trial trial, OperationRequest request, TimeSpan usually)
    {
        var report = await trial.Bench.HearAsync(request, trial.Bench.Plugin.ServeThroughCrashAsync(request, usually, trial.Bench.CancellationToken)).ConfigureAwait(false);
        return await trial.Bench.CompleteAsync(request with { Doubt = Doubt.Unheard }, first: report).ConfigureAwait(false);
    }

    /// <summary>How long a create takes that nothing happens to.</summary>
    private static async Task<TimeSpan> UsuallyAsync(Trial trial)
    {
        var thing = trial.New();
        var begun = Stopwatch.GetTimestamp();
        await trial.MakeAsync(thing, trial.Create(thing)).ConfigureAwait(false);
        var usually = Stopwatch.GetElapsedTime(begun);
        await trial.RemoveAsync(thing).ConfigureAwait(false);
        return usually;
    }

    private static void Same(Thing thing, OperationReport report)
    {
        if (report.NativeId is { } other && other != thing.Id)
        {
            throw new BrokenRuleException($"A create that is delivered twice must make one object; it made '{thing.Id}' and '{other}'. Hand the OperationId to the cloud as its idempotency token, or implement IFindExisting<T>.");
        }
    }

    /// <summary>The same request once more, as the bus hands it out: nobody has heard what became of the first one.</summary>
    private static OperationRequest Again(OperationRequest request) => request with { Sequence = request.Sequence + Later, Doubt = Doubt.Unheard };
}
