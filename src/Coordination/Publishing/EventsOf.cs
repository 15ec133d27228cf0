using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;

namespace Formae.Coordination.Publishing;

/// <summary>What events rows stand for. The same rows give the same events, with the same ids: an event is one, however often it is told.</summary>
public static class EventsOf
{
    /// <summary>The event of an update that has ended; null where nothing is told of it: of targets, and of what was canceled.</summary>
    public static ControlPlaneEvent? Update(UpdateOutcome update, CommandStanding command) => Of(update, TypeOf(update), new EventData
    {
        CommandId = update.CommandId,
        Command = command.Kind,
        CommandSource = command.Source,
        ClientId = command.ClientId,
        State = update.Progress.State,
    });

    /// <summary>The event of a difference that a synchronisation has written.</summary>
    public static ControlPlaneEvent? Drift(UpdateOutcome update) => Of(
        update,
        update.Operation == Operations.Delete ? EventTypes.DriftDeleted : EventTypes.DriftChanged,
        new EventData { CommandId = update.CommandId, CommandSource = Sources.Synchronization, State = update.Progress.State });

    /// <summary>The event of a command that has ended.</summary>
    /// <param name="command">The command.</param>
    /// <param name="states">The states of all its updates.</param>
    public static ControlPlaneEvent Command(CommandStanding command, IEnumerable<string> states) => new()
    {
        Id = $"{command.CommandId}/{EventTypes.CommandFinished}",
        Type = EventTypes.CommandFinished,
        Subject = command.CommandId,
        Time = command.ModifiedAt ?? Ksuid.TimeOf(command.CommandId),
        Data = new EventData
        {
            CommandId = command.CommandId,
            Command = command.Kind,
            CommandSource = command.Source,
            ClientId = command.ClientId,
            State = command.State,
            Updates = states.CountBy(state => state, StringComparer.Ordinal).OrderBy(count => count.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
        },
    };

    private static ControlPlaneEvent? Of(UpdateOutcome update, string? type, EventData data) => type is null || update.Ksuid is not { } ksuid ? null : new ControlPlaneEvent
    {
        // The row is the resource's place in the command; a replace has two.
        Id = $"{update.CommandId}/{update.Row}/{type}",
        Type = type,
        Subject = ksuid,
        Time = update.Progress.FinishedAt ?? Ksuid.TimeOf(update.CommandId),
        Data = data with
        {
            Stack = update.Stack,
            Type = update.Type,
            Label = update.Label,
            Ksuid = ksuid,
            NativeId = update.Progress.NativeId ?? update.ExistingNativeId,
            Target = update.Target,
            Operation = update.Operation,
            ErrorCode = CodeOf(update.Progress.Error),
        },
    };

    private static string? TypeOf(UpdateOutcome update) => (update.Progress.State, update.Operation) switch
    {
        (States.Failed or States.Rejected, _) => EventTypes.ResourceFailed,
        (States.Success, Operations.Create) => update.IsReplacement ? EventTypes.ResourceReplaced : EventTypes.ResourceCreated,
        (States.Success, Operations.Update) => EventTypes.ResourceUpdated,
        (States.Success, Operations.Delete) => EventTypes.ResourceDeleted,
        _ => null,
    };

    /// <summary>The text of an error may repeat what a cloud has said; its code is one of a list.</summary>
    private static string? CodeOf(string? error) => error?.IndexOf(':', StringComparison.Ordinal) is > 0 and var end && ProblemCodes.All.Contains(error[..end]) ? error[..end] : null;

    private static class Operations
    {
        public const string Create = "create";
        public const string Update = "update";
        public const string Delete = "delete";
    }
}
