using System.Text.Json;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination.Commands;

/// <summary>What a cancel answers, gathered command by command.</summary>
/// <param name="isForced">By force.</param>
/// <param name="nothing">Why nothing was found, where that is known.</param>
internal sealed class CancelAnswer(bool isForced, string? nothing = null)
{
    private readonly List<string> _commands = [];
    private readonly Dictionary<string, CanceledUpdate> _updates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _failures = new(StringComparer.Ordinal);

    public void Add(string commandId, IReadOnlyList<UpdateSummary> updates)
    {
        _commands.Add(commandId);
        foreach (var update in updates.Where(update => update.Ksuid is not null))
        {
            var uri = $"formae://{update.Ksuid}#";
            var shown = new CanceledUpdate { State = Shown(update.State), ForceCanceled = update.IsForceCanceled ? true : null, CommandId = commandId };
            if (!_updates.TryGetValue(uri, out var other) || Rank(shown.State) < Rank(other.State))
                _updates[uri] = shown;
        }
    }

    public void Fail(string commandId, Exception why) => _failures[commandId] = why.Message.Split('\n')[0].Trim();

    public CancelOutcome Build()
    {
        if (_failures.Count > 0)
        {
            return new CancelOutcome.Refused(new ErrorResponse
            {
                Error = ErrorCodes.CancelFailed,
                Message = $"{_failures.Count} of {_failures.Count + _commands.Count} commands could not be canceled and go on; ask again. {string.Join(" ", _failures.Select(failure => $"{failure.Key}: {failure.Value}"))}",
                Data = JsonSerializer.SerializeToElement(new CancelFailure { CommandIds = _commands, Failures = _failures }, HttpJson.Readable.CancelFailure),
            });
        }

        return _commands.Count == 0
            ? new CancelOutcome.Refused(new ErrorResponse { Error = ErrorCodes.NotFound, Message = nothing ?? "There is nothing to cancel: no command that was meant still runs." })
            : new CancelOutcome.Accepted(new CancelCommandResponse
            {
                CommandIds = _commands,
                Forced = isForced ? true : null,
                ResourceUpdateStates = _updates.Count == 0 ? null : _updates,
            });
    }

    /// <summary>What has not begun will not: its own walk writes that down in a moment.</summary>
    private static string Shown(string state) => state switch
    {
        States.NotStarted => States.Canceled,
        States.Rejected => States.Failed,
        _ => state,
    };

    private static int Rank(string state) => state switch
    {
        States.InProgress => 0,
        States.Canceled => 1,
        States.Failed => 2,
        _ => 3,
    };
}
