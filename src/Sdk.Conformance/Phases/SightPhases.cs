using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>What the control plane sees of a cloud that others work on, too.</summary>
internal static class SightPhases
{
    private const int ListedObjects = 3;
    private const int SmallPage = 2;

    public static async Task ChangeSeenAsync(Trial trial)
    {
        if (trial.Sample.Changed is null)
            throw new NotApplicableException("the sample has no 'changed'");
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        thing.Live = await trial.FindAsync(thing).ConfigureAwait(false);
        var stored = trial.Stored(thing);
        var changed = trial.Changed(thing);
        var planned = trial.Rewrite(thing, thing.Wanted, stored);

        // Somebody else does it: an operation that the plan to come knows nothing of.
        await trial.ChangeAsync(thing, changed, expected: null).ConfigureAwait(false);
        var live = await trial.FindAsync(thing).ConfigureAwait(false);
        if (trial.Type.Same(live, stored))
            throw new NotApplicableException("'changed' changes nothing that a read returns");
        trial.IsAsWanted(live, changed, all: false, "A read must show what somebody else has changed.");
        var report = await trial.Bench.CompleteAsync(planned).ConfigureAwait(false);
        Rule.Holds(report.Status == OperationStatus.Drifted, "An update that was planned against another state must answer Drifted.", report);
        trial.IsAsWanted(await trial.FindAsync(thing).ConfigureAwait(false), changed, all: false, "An update that answers Drifted must change nothing.");
    }

    public static async Task DeletionSeenAsync(Trial trial)
    {
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        thing.Live = await trial.FindAsync(thing).ConfigureAwait(false);
        var update = trial.Rewrite(thing, thing.Wanted, trial.Stored(thing));
        var delete = trial.Delete(thing);
        await trial.RemoveAsync(thing).ConfigureAwait(false);
        var report = await trial.Bench.CompleteAsync(update).ConfigureAwait(false);
        Rule.Holds(report is { Status: OperationStatus.Failure, Problem.Code: ProblemCodes.NotFound }, $"An update of what somebody else has deleted must answer {ProblemCodes.NotFound}.", report);
        report = await trial.Bench.CompleteAsync(delete).ConfigureAwait(false);
        Rule.Holds(report.Status == OperationStatus.Success, "A delete of what somebody else has deleted must succeed.", report);
    }

    public static async Task DiscoveryAsync(Trial trial)
    {
        if (!trial.Type.CanList)
            throw new NotApplicableException("the type cannot be listed");
        List<Thing> things = [];
        for (var i = 0; i < (trial.CanBeMany ? ListedObjects : 1); i++)
            things.Add(await trial.MakeAsync().ConfigureAwait(false));
        var found = await trial.AllAsync(things[0], SmallPage).ConfigureAwait(false);
        foreach (var thing in things)
            Rule.Holds(found.Contains(thing.Id), $"A listing in pages of {SmallPage} must show every object; '{thing.Id}' exists and is not shown.");
        var large = await trial.AllAsync(things[0]).ConfigureAwait(false);
        foreach (var thing in things)
            Rule.Holds(large.Contains(thing.Id), $"A listing must show every object; '{thing.Id}' exists and is not shown.");

        // What is listed is read by itself afterwards, by somebody who knows nothing of it but its id.
        var read = await trial.Bench.CompleteAsync(trial.Read(things[0]) with { PriorProperties = null }).ConfigureAwait(false);
        Rule.Holds(read.Status == OperationStatus.Success, "What a listing shows must be readable by its native id alone.", read);
        var gone = things[0].Id;
        await trial.RemoveAsync(things[0]).ConfigureAwait(false);
        Rule.Holds(!(await trial.AllAsync(things[0], SmallPage).ConfigureAwait(false)).Contains(gone), $"A listing must not show what is gone; it shows '{gone}'.");
    }
}
