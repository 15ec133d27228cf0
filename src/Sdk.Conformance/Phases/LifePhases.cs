using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>The life of an object, as long as nothing goes wrong.</summary>
internal static class LifePhases
{
    public static async Task CreateAsync(Trial trial)
    {
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        trial.IsAsWanted(thing.Live, thing.Wanted, all: false, "A create must report the object as it was written.");
    }

    public static async Task ReadBackAsync(Trial trial)
    {
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        var live = await trial.FindAsync(thing).ConfigureAwait(false);
        trial.IsAsWanted(live, thing.Wanted, all: true, "A read must return the object as it was written, with nothing that a document would have to say.");

        // Otherwise it is the create that is wrong, which is its own phase.
        if (!trial.Type.Differences(thing.Live, thing.Wanted, all: false).Any())
            Rule.Holds(trial.Type.Same(thing.Live, live), $"A create and a read must report the same. {string.Join("; ", trial.Type.Changes(thing.Live, live))}.");
    }

    public static async Task UpdateAsync(Trial trial)
    {
        if (trial.Sample.Changed is null)
            throw new NotApplicableException("the sample has no 'changed'");
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        if (CreateOnlyIn(trial, thing, trial.Filled(trial.Sample.Changed.Value, thing)) is { } field)
            throw new BrokenRuleException($"'changed' has another '{field}', which is create-only: a plan would make a new object. Put that into 'replaced'.");
        thing.Live = await trial.FindAsync(thing).ConfigureAwait(false);
        var (nativeId, changed) = (thing.Id, trial.Changed(thing));
        await trial.ChangeAsync(thing, changed, trial.Stored(thing)).ConfigureAwait(false);
        trial.IsAsWanted(thing.Live, changed, all: false, "An update must report the object as it was written.");
        var live = await trial.FindAsync(thing).ConfigureAwait(false);
        trial.IsAsWanted(live, changed, all: false, $"A read of '{nativeId}' after the update must return what was written.");
    }

    public static async Task ReplaceAsync(Trial trial)
    {
        if (trial.Sample.Replaced is not { } template)
            throw new NotApplicableException("the sample has no 'replaced'");
        var old = await trial.MakeAsync().ConfigureAwait(false);
        var replaced = trial.Filled(template, old);
        if (CreateOnlyIn(trial, old, replaced) is null)
            throw new BrokenRuleException("'replaced' differs in no field that is create-only: a plan would update in place. Mark the field as [CreateOnly], or put this into 'changed'.");
        var oldId = old.Id;
        await trial.RemoveAsync(old).ConfigureAwait(false);

        // The control plane keeps the identity: it is the same resource, and another object.
        old.Wanted = replaced;
        await trial.MakeAsync(old, trial.Create(old)).ConfigureAwait(false);
        trial.IsAsWanted(await trial.FindAsync(old).ConfigureAwait(false), replaced, all: true, $"A read of the object in the place of '{oldId}' must return what was written.");
    }

    public static async Task DeleteAsync(Trial trial)
    {
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        await trial.RemoveAsync(thing).ConfigureAwait(false);
    }

    public static async Task DeleteGoneAsync(Trial trial)
    {
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        var delete = trial.Delete(thing);
        var again = trial.Delete(thing);
        await trial.RemoveAsync(thing).ConfigureAwait(false);
        var report = await trial.Bench.CompleteAsync(again).ConfigureAwait(false);
        Rule.Holds(report.Status == OperationStatus.Success, "A delete of what is gone must succeed.", report);
        report = await trial.Bench.CompleteAsync(delete).ConfigureAwait(false);
        Rule.Holds(report.Status == OperationStatus.Success, "A delete that never heard of its success must succeed.", report);
    }

    private static string? CreateOnlyIn(Trial trial, Thing thing, System.Text.Json.JsonElement other)
    {
        var names = thing.Wanted.EnumerateObject().Concat(other.EnumerateObject()).Select(property => property.Name).Distinct(StringComparer.Ordinal);
        return names.FirstOrDefault(name => trial.Type.DiffersWhereCreateOnly(thing.Wanted, other, name));
    }
}
