using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>What goes wrong between a plugin and its server.</summary>
internal static class ServerFaultPhases
{
    private const int MostRefusals = 4;
    private const int AllAnswers = int.MaxValue;
    private static readonly TimeSpan TooShort = TimeSpan.FromMilliseconds(20);

    public static Task ThrottlingAsync(Trial trial) => ThroughAsync(trial, FaultKind.Throttled, MostRefusals, "while every second request was refused as one too many");

    public static Task LostAnswerAsync(Trial trial) => ThroughAsync(trial, FaultKind.AnswerLost, 1, "whose answer was lost on its way");

    public static async Task SlowPagesAsync(Trial trial)
    {
        if (!trial.Type.CanList)
            throw new NotApplicableException("the type cannot be listed");
        trial.Bench.Way.Strike(FaultKind.None, 0).Dispose();
        var thing = await trial.MakeAsync().ConfigureAwait(false);
        using var slow = trial.Bench.Way.Strike(FaultKind.Slow, AllAnswers);
        Rule.Holds((await trial.AllAsync(thing, pageSize: 2).ConfigureAwait(false)).Contains(thing.Id), $"A listing whose pages are slow must show every object; '{thing.Id}' exists and is not shown.");
        Went(slow);
        var cut = await trial.Bench.ServeAsync(trial.Bench.Request(OperationVerb.List, thing) with { Timeout = TooShort, ListParameters = Listing.ParentsOf(trial.Type.Schema, thing) }).ConfigureAwait(false);
        Rule.Holds(cut.Status != OperationStatus.Success && cut.Problem is { IsRecoverable: true }, "A listing whose page takes longer than its call may must end as a problem that passes.", cut);
    }

    private static async Task ThroughAsync(Trial trial, FaultKind kind, int most, string when)
    {
        trial.Bench.Way.Strike(FaultKind.None, 0).Dispose();
        var thing = trial.New();
        var before = await trial.BeforeAsync(thing).ConfigureAwait(false);
        using (var fault = trial.Bench.Way.Strike(kind, most))
        {
            var report = await trial.Bench.CompleteAsync(trial.Create(thing)).ConfigureAwait(false);
            Went(fault);
            Rule.Holds(report.Status == OperationStatus.Success, $"A create {when} must succeed when it is tried again.", report);
            Trial.Made(thing, report);
        }

        await trial.IsOneAsync(thing, before, $"after a create {when}").ConfigureAwait(false);
        if (trial.Sample.Changed is not null)
        {
            using (trial.Bench.Way.Strike(kind, most))
            {
                var report = await trial.Bench.CompleteAsync(trial.Update(thing, trial.Changed(thing), trial.Stored(thing))).ConfigureAwait(false);
                Rule.Holds(report.Status == OperationStatus.Success, $"An update {when} must succeed when it is tried again.", report);
                Trial.Took(thing, trial.Changed(thing), report);
            }

            trial.IsAsWanted(await trial.FindAsync(thing).ConfigureAwait(false), trial.Changed(thing), all: false, $"A read after an update {when} must return what was written.");
        }

        using (trial.Bench.Way.Strike(kind, most))
        {
            var report = await trial.Bench.CompleteAsync(trial.Delete(thing)).ConfigureAwait(false);
            Rule.Holds(report.Status == OperationStatus.Success, $"A delete {when} must succeed when it is tried again.", report);
        }

        await trial.GoneAsync(thing).ConfigureAwait(false);
        thing.NativeId = null;
    }

    private static void Went(FaultyWay.Striking fault)
    {
        if (fault.Struck == 0)
            throw new NotApplicableException("nothing of it goes through a proxy of the file");
    }
}
