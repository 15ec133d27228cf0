using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>What goes wrong between a plugin and its server.</summary>
internal static class ServerFaultPhases
{
    private const int MostRefusals = 4;
    private const int AllAnswers = int.MaxValue;

    // More changes of its server than this no operation is tried with.
    private const int MostChanges = 12;
    private static readonly TimeSpan TooShort = TimeSpan.FromMilliseconds(20);

    public static async Task ThrottlingAsync(Trial trial)
    {
        trial.Bench.Way.MustBeThere();
        if (!await ThroughAsync(trial, FaultKind.Throttled, MostRefusals, skipped: 0, "while every second request was refused as one too many").ConfigureAwait(false))
            throw NothingGoes();
    }

    /// <summary>Of each operation first the answer to its first request is lost, then the one to its second, until there is none any more.</summary>
    public static async Task LostAnswerAsync(Trial trial)
    {
        trial.Bench.Way.MustBeThere();
        var request = 0;
        while (request < MostChanges && await ThroughAsync(trial, FaultKind.AnswerLost, most: 1, request, request == 0 ? "whose answer was lost on its way" : $"of which the answer to request {request + 1} was lost on its way").ConfigureAwait(false))
            request++;
        if (request == 0)
            throw NothingGoes();
    }

    public static async Task SlowPagesAsync(Trial trial)
    {
        if (!trial.Type.CanList)
            throw new NotApplicableException("the type cannot be listed");
        trial.Bench.Way.MustBeThere();
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        using var slow = trial.Bench.Way.Strike(FaultKind.Slow, AllAnswers);
        Rule.Holds((await trial.AllAsync(thing, pageSize: 2).ConfigureAwait(false)).Contains(thing.Id), $"A listing whose pages are slow must show every object; '{thing.Id}' exists and is not shown.");
        if (slow.Struck == 0)
            throw NothingGoes();
        var cut = await trial.Bench.ServeAsync(trial.Bench.Request(OperationVerb.List, thing) with { Timeout = TooShort, ListParameters = Listing.ParentsOf(trial.Type.Schema, thing) }).ConfigureAwait(false);
        Rule.Holds(cut.Status != OperationStatus.Success && cut.Problem is { IsRecoverable: true }, "A listing whose page takes longer than its call may must end as a problem that passes.", cut);
    }

    /// <summary>An object's life in which each operation meets a fault. False: none did.</summary>
    private static async Task<bool> ThroughAsync(Trial trial, FaultKind kind, int most, int skipped, string when)
    {
        var struck = 0;
        var thing = trial.New();
        var before = await trial.BeforeAsync(thing).ConfigureAwait(false);
        Trial.Made(thing, await MeetsAsync("A create", trial.Create(thing)).ConfigureAwait(false));
        await trial.IsOneAsync(thing, before, $"after a create {when}").ConfigureAwait(false);
        if (trial.Sample.Changed is not null)
        {
            Trial.Took(thing, trial.Changed(thing), await MeetsAsync("An update", trial.Update(thing, trial.Changed(thing), trial.Stored(thing))).ConfigureAwait(false));
            trial.IsAsWanted(await trial.FindAsync(thing).ConfigureAwait(false), trial.Changed(thing), all: false, $"A read after an update {when} must return what was written.");
        }

        await MeetsAsync("A delete", trial.Delete(thing)).ConfigureAwait(false);
        await trial.GoneAsync(thing).ConfigureAwait(false);
        thing.NativeId = null;
        return struck > 0;

        async Task<OperationReport> MeetsAsync(string operation, OperationRequest request)
        {
            using var fault = trial.Bench.Way.Strike(kind, most, skipped);
            var report = await trial.Bench.CompleteAsync(request).ConfigureAwait(false);
            struck += fault.Struck;
            Rule.Holds(report.Status == OperationStatus.Success, $"{operation} {when} must succeed when it is tried again.", report);
            return report;
        }
    }

    private static NotApplicableException NothingGoes() => new("nothing of it goes through a proxy of the file");
}
