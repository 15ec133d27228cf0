using System.Text.Json;
using Formae.Coordination.Storage;
using Formae.Protocol.Http;

namespace Formae.Coordination;

/// <summary>What refusals are answered with, wherever they come from.</summary>
public static class Refusals
{
    public static ErrorResponse InvalidQuery(string problem) => new()
    {
        Error = ErrorCodes.InvalidQuery,
        Message = problem,
        Data = JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["Reason"] = problem }),
    };

    /// <summary>Another command works on the same.</summary>
    /// <param name="commandId">The command.</param>
    /// <param name="holder">How it stands, where it is stored and was given by somebody. Without what it does: that may be very much, and its status shows it.</param>
    /// <param name="message">What to tell people.</param>
    public static ErrorResponse ConflictingCommand(string commandId, CommandStanding? holder, string message)
    {
        var shown = holder is { Source: Sources.User or Sources.TimeToLive }
            ? new ConflictingCommand
            {
                CommandId = holder.CommandId,
                Kind = holder.Kind,
                Mode = holder.Mode,
                Source = holder.Source,
                Subject = holder.Subject,
                SubjectName = holder.SubjectName,
                State = holder.State,
                StartTs = holder.StartedAt,
                UpdateCount = holder.UpdateCount,
            }
            : new ConflictingCommand { CommandId = commandId, State = holder?.State ?? States.NotStarted };
        return new ErrorResponse
        {
            Error = ErrorCodes.ConflictingCommands,
            Message = message,
            Data = JsonSerializer.SerializeToElement(new ConflictingCommandList { ConflictingCommands = [shown] }, HttpJson.Readable.ConflictingCommandList),
        };
    }

    public static ErrorResponse PluginNotFound(string name) => new()
    {
        Error = ErrorCodes.PluginNotFound,
        Message = $"There is no plugin '{name}'.",
        Data = JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["Name"] = name }),
    };

    /// <summary>The HTTP status that goes with a code.</summary>
    public static int StatusOf(string code) => code switch
    {
        ErrorCodes.Unauthorized => 401,
        ErrorCodes.Forbidden or ErrorCodes.ReconcilePolicyRequired => 403,
        ErrorCodes.NotFound or ErrorCodes.UnknownRoute or ErrorCodes.PluginNotFound or ErrorCodes.NoSuchPointInTime => 404,
        ErrorCodes.MethodNotAllowed => 405,
        ErrorCodes.ReconcileRejected or ErrorCodes.ConflictingCommands or ErrorCodes.TargetAlreadyExists or ErrorCodes.NonPortableResources
            or ErrorCodes.TargetHasDependents or ErrorCodes.ResourceHasDependents
            or ErrorCodes.SecretNotKnown or ErrorCodes.DeadLetterRefused or ErrorCodes.DeadLetterBusy => 409,
        ErrorCodes.TooLarge => 413,
        ErrorCodes.PatchRejected or ErrorCodes.EmptyStackRejected => 422,
        ErrorCodes.InternalError or ErrorCodes.CancelFailed => 500,
        ErrorCodes.BusUnavailable or ErrorCodes.StorageUnavailable or ErrorCodes.NoPluginManager or ErrorCodes.AccessUnavailable => 503,
        _ => 400,
    };
}
