using System.Text.Json;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Http;
using Planned = Formae.Engine.Planning;

namespace Formae.Coordination.Queries;

/// <summary>Commands as the API shows them. Secrets are withheld.</summary>
public static class CommandView
{
    public static Command Of(CommandRecord command, IEnumerable<UpdateRecord> updates, IEnumerable<TargetUpdateRecord> targets) => new()
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
        TargetUpdates = NullIfEmpty([
            .. targets.Select(target => Of(target.Plan, target.Progress)),
            .. command.TargetUpdates.Select(update => Of(update, new UpdateProgress { State = StateOfWhole(command) })),
        ]),
        StackUpdates = NullIfEmpty([.. command.StackUpdates.Select(update => Of(update, command))]),
        PolicyUpdates = NullIfEmpty([.. command.PolicyUpdates.Select(update => Of(update, command))]),
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
            Duration = DurationOf(progress),
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

    private static TargetUpdate Of(Planned.TargetUpdate update, UpdateProgress progress) => new()
    {
        TargetLabel = update.Target.Label,
        Operation = update.Operation.ToString().ToLowerInvariant(),
        State = progress.State,
        StartTs = progress.StartedAt,
        ModifiedTs = progress.FinishedAt ?? progress.StartedAt,
        Duration = DurationOf(progress),
        ErrorMessage = progress.Error,
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
        ErrorMessage = ErrorOfWhole(command),
        StartTs = command.OpenedAt,
        ModifiedTs = command.OpenedAt,
        Description = update.Stack.Description,
    };

    private static PolicyUpdate Of(Planned.PolicyUpdate update, CommandRecord command) => new()
    {
        PolicyLabel = update.Policy.Label,
        PolicyType = update.Policy.Type,
        StackLabel = update.Stack,
        Operation = update.Operation.ToString().ToLowerInvariant(),
        State = StateOfWhole(command),
        ErrorMessage = ErrorOfWhole(command),
        StartTs = command.OpenedAt,
        ModifiedTs = command.OpenedAt,
        PolicyConfig = update.Operation == Planned.PolicyOperation.Delete ? null : Policies.Write(update.Policy),
        OldPolicyConfig = update.Existing is { } existing ? Policies.Write(existing) : null,
        ReferencingStacks = update.ReferencingStacks.Count == 0 ? null : update.ReferencingStacks,
    };

    /// <summary>Stacks and policies are written when the command opens, all or (after a failure) nobody knows how many.</summary>
    private static string StateOfWhole(CommandRecord command) => command switch
    {
        { OpenedAt: not null } or { State: States.InProgress or States.Success } => States.Success,
        { State: States.NotStarted or States.Canceling } => States.NotStarted,
        _ => command.State,
    };

    private static string? ErrorOfWhole(CommandRecord command) => StateOfWhole(command) is States.Success or States.NotStarted ? null : command.Error;

    private static long? DurationOf(UpdateProgress progress) => progress is { StartedAt: { } from, FinishedAt: { } to } ? (long)Math.Max(0, (to - from).TotalMilliseconds) : null;

    private static JsonElement? Shown(Resource resource) => resource.Properties is { } properties ? SecretValues.Redacted(properties, resource.Schema) : null;

    private static JsonElement? Shown(JsonElement? config) => config is { } value ? SecretValues.Redacted(value, null) : null;

    private static List<T>? NullIfEmpty<T>(List<T> list) => list.Count == 0 ? null : list;
}
