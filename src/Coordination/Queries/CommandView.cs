using System.Text.Json;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;
using Planned = Formae.Engine.Planning;

namespace Formae.Coordination.Queries;

/// <summary>Commands as the API shows them. Secrets are withheld.</summary>
public static class CommandView
{
    public static Command Of(CommandRecord command, IEnumerable<UpdateRecord> updates) => new()
    {
        CommandId = command.CommandId,
        Kind = command.Kind,
        Mode = command.Mode,
        Source = command.Source,
        Subject = command.Subject,
        SubjectName = command.SubjectName,
        State = command.State,
        Error = command.Error,
        StartTs = command.StartedAt,
        EndTs = command.ModifiedAt,
        ResourceUpdates = NullIfEmpty([.. updates.Select(Of)]),
        TargetUpdates = NullIfEmpty([.. command.TargetUpdates.Select(update => Of(update, command))]),
        StackUpdates = NullIfEmpty([.. command.StackUpdates.Select(update => Of(update, command))]),
    };

    private static ResourceUpdate Of(UpdateRecord record)
    {
        var plan = record.Plan;
        var progress = record.Progress;
        return new ResourceUpdate
        {
            ResourceId = plan.Resource.Ksuid ?? "",
            ResourceType = plan.Resource.Type,
            ResourceLabel = plan.Resource.Label,
            OldLabel = plan.OldLabel,
            StackName = plan.Resource.Stack,
            OldStackName = plan.OldStack,
            Operation = plan.Operation.ToString().ToLowerInvariant(),
            PatchDocument = plan.Patch,
            CreateOnlyPatch = plan.CreateOnlyPatch,
            State = progress.State,
            StartedAt = progress.StartedAt,
            Duration = progress is { StartedAt: { } from, FinishedAt: { } to } ? (long)Math.Max(0, (to - from).TotalMilliseconds) : null,
            CurrentAttempt = progress.Attempt > 0 ? progress.Attempt : null,
            MaxAttempts = progress.MaxAttempts > 0 ? progress.MaxAttempts : null,
            ErrorMessage = progress.Error,
            StateMessage = progress.Message,
            Properties = Shown(plan.Resource),
            OldProperties = plan.Operation == Planned.ResourceOperation.Create || plan.Existing is null ? null : Shown(plan.Existing),
            GroupId = plan.GroupId,
            ReferenceLabels = plan.ReferenceLabels.Count == 0 ? null : plan.ReferenceLabels,
            NativeId = progress.NativeId ?? plan.Existing?.NativeId,
            IsCascade = plan.IsCascade ? true : null,
            CascadeSource = plan.CascadeSource,
        };
    }

    private static TargetUpdate Of(Planned.TargetUpdate update, CommandRecord command) => new()
    {
        TargetLabel = update.Target.Label,
        Operation = update.Operation.ToString().ToLowerInvariant(),
        State = StateOfWhole(command),
        Discoverable = update.Target.Discoverable,
        ExistingConfig = Shown(update.Existing?.Config),
        DesiredConfig = update.Operation == Planned.TargetOperation.Delete ? null : Shown(update.Target.Config),
        IsCascade = update.IsCascade ? true : null,
        CascadeSource = update.CascadeSource,
    };

    private static StackUpdate Of(Planned.StackUpdate update, CommandRecord command) => new()
    {
        StackLabel = update.Stack.Label,
        Operation = update.Operation.ToString().ToLowerInvariant(),
        State = StateOfWhole(command),
        Description = update.Stack.Description,
    };

    /// <summary>Stacks and targets are written when the command opens: once it has, they are done.</summary>
    private static string StateOfWhole(CommandRecord command) => command.State == States.NotStarted ? States.NotStarted : States.Success;

    private static JsonElement? Shown(Resource resource) => resource.Properties is { } properties ? SecretValues.Redacted(properties, resource.Schema) : null;

    private static JsonElement? Shown(JsonElement? config) => config is { } value ? SecretValues.Redacted(value, null) : null;

    private static List<T>? NullIfEmpty<T>(List<T> list) => list.Count == 0 ? null : list;
}
