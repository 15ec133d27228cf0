using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Conformance;

/// <summary>Calls whose time is over before they are done.</summary>
internal static class CancellationPhase
{
    // The SDK's operator leaves a call behind that does not end within five seconds, and the report says how long it took: so it matters little how busy this machine is.
    private static readonly TimeSpan LeftBehind = TimeSpan.FromSeconds(5);

    /// <summary>What a clock may have been set back by meanwhile.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan NoReport = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(300);
    private static readonly int[] Deadlines = [1, 5, 25];

    public static async Task RunAsync(Trial trial)
    {
        await SilenceAsync(trial).ConfigureAwait(false);
        foreach (var milliseconds in Deadlines)
        {
            var thing = trial.New();
            var before = await trial.BeforeAsync(thing).ConfigureAwait(false);
            var create = trial.Create(thing);
            var cut = await EndsAsync(trial, create with { Timeout = TimeSpan.FromMilliseconds(milliseconds) }).ConfigureAwait(false);

            // Nobody knows what became of it: it comes again, in doubt.
            if (cut.Status == OperationStatus.Success)
                Trial.Made(thing, cut);
            else if (cut.Status == OperationStatus.InProgress)
                Trial.Made(thing, await trial.Bench.CompleteAsync(create, first: cut).ConfigureAwait(false));
            else
                await trial.MakeAsync(thing, create with { Sequence = cut.Sequence + 1, Doubt = Doubt.Unheard }).ConfigureAwait(false);
            await trial.IsOneAsync(thing, before, $"after a create that was cut off after {milliseconds} ms and came again").ConfigureAwait(false);
            await EndsAsync(trial, trial.Read(thing) with { Timeout = TimeSpan.FromMilliseconds(milliseconds) }).ConfigureAwait(false);
            if (trial.Sample.Changed is not null)
            {
                await EndsAsync(trial, trial.Update(thing, trial.Changed(thing)) with { Timeout = TimeSpan.FromMilliseconds(milliseconds) }).ConfigureAwait(false);
                await trial.ChangeAsync(thing, trial.Changed(thing), expected: null).ConfigureAwait(false);
            }

            await EndsAsync(trial, trial.Delete(thing) with { Timeout = TimeSpan.FromMilliseconds(milliseconds) }).ConfigureAwait(false);
            await trial.RemoveAsync(thing).ConfigureAwait(false);
        }
    }

    /// <summary>The surest way to be late: the server acts, and does not answer. Once, for who looks afterwards for what it has made must be answered.</summary>
    private static async Task SilenceAsync(Trial trial)
    {
        if (!trial.Bench.Way.IsThere)
            return;
        var thing = trial.New();
        var before = await trial.BeforeAsync(thing).ConfigureAwait(false);
        var create = trial.Create(thing);
        OperationReport cut;
        using (trial.Bench.Way.Strike(FaultKind.Silent, 1))
            cut = await EndsAsync(trial, create with { Timeout = Silence }).ConfigureAwait(false);
        await trial.MakeAsync(thing, create with { Sequence = cut.Sequence + 1, Doubt = Doubt.Unheard }).ConfigureAwait(false);
        await trial.IsOneAsync(thing, before, "after a create that the server never answered and that came again").ConfigureAwait(false);
        await trial.RemoveAsync(thing).ConfigureAwait(false);
    }

    private static async Task<OperationReport> EndsAsync(Trial trial, OperationRequest request)
    {
        try
        {
            var report = await trial.Bench.HearAsync(request, trial.Bench.Plugin.ServeAsync(request, Instance.First, trial.Bench.CancellationToken).WaitAsync(request.Timeout + NoReport, trial.Bench.CancellationToken)).ConfigureAwait(false);
            return report.FinishedAt - report.StartedAt < request.Timeout + LeftBehind - Slack ? report : throw NotEnded(request);
        }
        catch (TimeoutException)
        {
            throw NotEnded(request);
        }
    }

    private static BrokenRuleException NotEnded(OperationRequest request) => new(
        $"A {request.Verb.ToString().ToLowerInvariant()} whose deadline passed after {request.Timeout.TotalMilliseconds:0} ms must end; it had not {LeftBehind.TotalSeconds:0} s later. Pass the CancellationToken on to everything that waits.");
}
