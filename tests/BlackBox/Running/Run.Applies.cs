using Formae.BlackBox.Tests.Scripts;
using Formae.BlackBox.Tests.Systems;
using Formae.BlackBox.Tests.Worlds;
using Formae.Protocol.Http;

namespace Formae.BlackBox.Tests.Running;

/// <summary>Applies, what is answered to commands, and applies that hear of what they have made when they have given it up.</summary>
internal sealed partial class Run
{
    private async Task<Answer> ApplyAsync(Step.Apply apply)
    {
        var declared = apply.Resources.ToDictionary(draft => draft.Slot, draft => draft.Content, StringComparer.Ordinal);
        var answer = await _system.SubmitAsync(new Order { Reconciles = apply.Reconciles, Forces = apply.Forces, Document = _documents.Of(apply) });
        Take(apply, answer, apply.Stack, declared, apply.Reconciles);
        return answer;
    }

    private void Take(Step step, Answer answer, int stack, IReadOnlyDictionary<string, Content>? declared = null, bool reconciles = false)
    {
        _diary.Note(answer switch
        {
            Answer.Accepted accepted => $"command {accepted.CommandId}: {string.Join(", ", (accepted.Planned ?? []).Select(update => $"{update.Operation} {update.ResourceLabel}"))}",
            Answer.Refused refused => $"refused: {refused.Code}: {refused.Message}",
            _ => "nothing to do",
        });
        _tally.Count(answer switch
        {
            Answer.Accepted => "accepted",
            Answer.Refused refused => $"refused ({refused.Code})",
            _ => "without anything to do",
        });
        if (Refusals.Unexplained(_world, step, (answer as Answer.Refused)?.Code) is { } unexplained)
            throw new Violation(Rules.NothingFailsWithoutReason, $"{step}: {unexplained} {(answer as Answer.Refused)?.Message}");
        switch (answer)
        {
            case Answer.Accepted accepted:
                Begin(new Undertaking(accepted.CommandId, stack, declared, reconciles) { Planned = accepted.Planned?.Select(update => update.ResourceLabel!).ToHashSet(StringComparer.Ordinal) }, declared is null ? null : accepted.Planned);
                break;
            case Answer.NothingToDo when declared is not null:
                Fits(Planning.Tell(_world, new Undertaking("(none)", stack, declared, reconciles), []));
                break;
        }
    }

    /// <summary>The first apply gives its creates up, and what they have made is heard of when the second one runs, or before.</summary>
    private async Task ApplyTwiceAsync(Step.ApplyTwice twice)
    {
        await AllEndedAsync();
        _system.KeepReports(twice.Order.Resources.Select(draft => draft.Slot).ToHashSet(StringComparer.Ordinal));
        try
        {
            if (await ApplyAsync(twice.Order) is not Answer.Accepted first)
                return;
            _world.GiveUp(first.CommandId);
            if (!await UntilAsync(_system.Patience, async () =>
            {
                await HarvestAsync();
                return _world.Running.All(undertaking => undertaking.CommandId != first.CommandId);
            }))
                throw new Violation(Rules.CommandEnds, $"{first.CommandId}, whose creates are not heard of, goes on for {_system.Patience.TotalSeconds:0} s.");
            _system.KeepReports(null);
            if (twice.IsToldBefore)
                await TellReportsAsync();
            await ApplyAsync(twice.Order);
        }
        finally
        {
            _system.KeepReports(null);
            await TellReportsAsync();
        }
    }

    private void RefuseStorage(int status, int times)
    {
        for (var refused = _system.RefuseStorage(status, times); refused > 0; refused--)
            _tally.Count("requests that storage refused");
    }

    private async Task TellReportsAsync()
    {
        for (var told = await _system.TellReportsAsync(); told > 0; told--)
            _tally.Count("reports that came too late");
    }
}
