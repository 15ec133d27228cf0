using System.Text.Json;
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
    public static ErrorResponse ConflictingCommand(Command holder, string message)
    {
        var list = JsonSerializer.SerializeToElement(new CommandList { Commands = [holder] }, HttpJson.Readable.CommandList);
        return new ErrorResponse
        {
            Error = ErrorCodes.ConflictingCommands,
            Message = message,
            Data = JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { [nameof(ErrorCodes.ConflictingCommands)] = list.GetProperty(nameof(CommandList.Commands)) }),
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
        ErrorCodes.NotFound or ErrorCodes.PluginNotFound or ErrorCodes.NoSuchPointInTime => 404,
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
