using System.Runtime.InteropServices;
using System.Text.Json;
using Formae.Coordination.Catalog;
using Formae.Coordination.Commands;
using Formae.Coordination.History;
using Formae.Coordination.Observability;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Messaging.Payloads;
using Formae.Model;
using Formae.Protocol.Documents;
using Formae.Protocol.Http;
using Formae.Telemetry;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResourceUpdate = Formae.Engine.Planning.ResourceUpdate;
using Stack = Formae.Model.Stack;

namespace Formae.Coordination.Intake;

/// <summary>
/// Takes a command in: reads the document, has it planned under leases of the stacks it touches, stores, starts. Nothing is half stored: the command's row is written last,
/// and what is stored without it is found by nobody.
/// </summary>
public sealed partial class CommandIntake(
    CommandStore commands,
    UpdateStore updates,
    StackStore stacks,
    CommandPlanning planning,
    PluginCatalog catalog,
    SealedSecrets secrets,
    NamedSecrets named,
    CommandStarter starter,
    InventoryQueries inventoryQueries,
    StackSnapshots snapshots,
    KsuidSource ksuids,
    IOptions<IntakeOptions> options,
    TimeProvider time,
    ILogger<CommandIntake> logger)
{
    public async Task<IntakeOutcome> SubmitAsync(Submission submission, DurableTaskClient client, CancellationToken cancellation)
    {
        if (submission.Prepared is { } prepared)
        {
            await catalog.RefreshAsync(cancellation);
            return await SubmitAsync(submission, prepared, [], WithoutPlace, client, cancellation);
        }

        if (submission.Rollback is { } rollback)
        {
            return await snapshots.AtAsync(rollback.Stack, rollback.To, cancellation) switch
            {
                SnapshotOutcome.Found found => await SubmitAsync(submission with { Prepared = found.Document, Notices = found.Notices }, client, cancellation),
                SnapshotOutcome.None none => new IntakeOutcome.Refused(Refusals.StatusOf(none.Code), new ErrorResponse { Error = none.Code, Message = none.Message }),
                _ => throw new InvalidOperationException("An outcome of the snapshots that is not known."),
            };
        }

        if (submission.Query is { Length: > 0 } text)
        {
            if (!Query.TryParse(text, InventoryQueries.DestroyFields, out var query, out var problem))
                return new IntakeOutcome.Refused(400, Refusals.InvalidQuery(problem));
            await catalog.RefreshAsync(cancellation);
            return await SubmitAsync(submission, await inventoryQueries.SelectAsync(query, cancellation), [], diagnostic => diagnostic, client, cancellation);
        }

        FormaReading reading;
        var begun = CommandMeasures.BeginStep();
        using (Spans.Begin("read document")?.SetTag(Attributes.Count, submission.Document.Length))
            reading = FormaReader.Read(submission.Document, submission.Format, new FormaLimits { MaxBytes = options.Value.MaxDocumentBytes }, named.For(submission));
        CommandMeasures.EndStep("read", submission.Name, begun);
        if (reading.Forma is not { } forma || reading.Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error))
            return Invalid(reading.Diagnostics);
        if (TooLong(forma) is { Count: > 0 } tooLong)
            return Invalid([.. tooLong.Select(reading.Locate)]);
        await catalog.RefreshAsync(cancellation);
        return await SubmitAsync(submission, forma, reading.Diagnostics, reading.Locate, client, cancellation);
    }

    private async Task<IntakeOutcome> SubmitAsync(
        Submission submission, Forma forma, IReadOnlyList<Diagnostic> diagnostics, Func<Diagnostic, Diagnostic> locate, DurableTaskClient client, CancellationToken cancellation)
    {
        var commandId = ksuids.Next();
        using var scope = submission.Simulate ? null : logger.BeginScope(LogFields.OfCommand(commandId));
        if (submission.Simulate)
            LogSimulated(submission.Kind, submission.Mode, forma.Resources.Count, submission.ClientId);
        else
            LogReceived(commandId, submission.Kind, submission.Mode, forma.Resources.Count, submission.ClientId);
        var leased = new SortedSet<string>(StringComparer.Ordinal);
        var begun = time.GetTimestamp();
        var isStored = false;
        try
        {
            var (outcome, conflict) = await TracedPlanAsync(submission, forma, commandId, leased, cancellation);
            switch (outcome)
            {
                case null:
                    return await ConflictAsync(conflict!, cancellation);
                case PlanOutcome.Invalid invalid:
                    return Invalid([.. invalid.Diagnostics.Select(locate)], submission.Rollback is null ? null : "The stack cannot be put back as it was.");
                case PlanOutcome.Rejected rejected:
                    return new IntakeOutcome.Refused(Refusals.StatusOf(rejected.Code), new ErrorResponse
                    {
                        Error = rejected.Code,
                        Message = rejected.Message,
                        Data = rejected.Data,
                        Diagnostics = rejected.Diagnostics.Count == 0 ? null : [.. rejected.Diagnostics.Select(locate)],
                    });
            }

            var plan = ((PlanOutcome.Planned)outcome).Plan;
            plan = plan with { Notices = [.. submission.Notices, .. plan.Notices] };
            var warnings = diagnostics.Concat(plan.Warnings.Select(locate)).ToArray();
            var (command, split) = Build(submission, forma, plan, commandId, leased);
            var response = Respond(command, split, plan, warnings);
            if (!plan.ChangesRequired || submission.Simulate)
                return new IntakeOutcome.Answered(response);

            using var span = CommandSpans.Open(command);
            command = command with { TraceParent = span?.Id };
            try
            {
                using var storing = Spans.Begin("store command")?.SetTag(Attributes.Count, split.Resources.Count);

                // Whatever fails from here on may have been done all the same: the leases stay until it is known that the command is not there.
                isStored = true;
                var storeBegun = CommandMeasures.BeginStep();
                await commands.AddAsync(command, cancellation, before: async () =>
                {
                    await updates.AddAsync(split.Resources, split.Targets, CommandStarter.IntakeTime - time.GetElapsedTime(begun), cancellation);
                    if (time.GetElapsedTime(begun) > CommandStarter.IntakeTime)
                        throw new TimeoutException($"Taking the command in took longer than {CommandStarter.IntakeTime.TotalMinutes} minutes. Nothing was changed; apply again.");
                });
                CommandMeasures.EndStep("store", submission.Name, storeBegun);
            }
            catch (Exception)
            {
                isStored = await commands.FindAsync(commandId, CancellationToken.None) is not null;
                if (!isStored)
                    throw;
            }

            // From here on the command is accepted: what is left undone by a crash or a hung-up caller is healed by the timer.
            await starter.StartAsync(client, commandId, CancellationToken.None);
            LogStarted(commandId, split.Resources.Count, command.Groups);
            return new IntakeOutcome.Accepted(response);
        }
        catch (PayloadException nowhere)
        {
            return new IntakeOutcome.Refused(413, new ErrorResponse { Error = ErrorCodes.TooLarge, Message = $"A part of the document is too large for a row. {nowhere.Message}" });
        }
        finally
        {
            if (!isStored)
            {
                foreach (var stack in leased)
                    await stacks.ReleaseLeaseAsync(stack, commandId, CancellationToken.None);
            }
        }
    }

    private async Task<(PlanOutcome? Outcome, string? Holder)> TracedPlanAsync(Submission submission, Forma forma, string commandId, SortedSet<string> leased, CancellationToken cancellation)
    {
        using var span = Spans.Begin("plan")?.SetTag(Attributes.CommandKind, submission.Name).SetTag(Attributes.Count, forma.Resources.Count);
        var begun = CommandMeasures.BeginStep();
        var (outcome, holder) = await planning.PlanAsync(submission, forma, commandId, leased, cancellation);
        CommandMeasures.EndStep("plan", submission.Name, begun);
        span?.SetTag(Attributes.Outcome, outcome?.GetType().Name ?? "Conflict");
        return (outcome, holder);
    }

    private (CommandRecord Command, SplitPlan Split) Build(Submission submission, Forma forma, Plan plan, string commandId, IEnumerable<string> leased)
    {
        var split = Changesets.Split(commandId, [.. plan.Resources.Select(Lean)], [.. plan.Targets.Select(update => update with { Target = secrets.Close(update.Target) })]);
        var now = time.GetUtcNow();
        return (new CommandRecord
        {
            CommandId = commandId,
            Kind = submission.Name,
            Mode = submission.Kind == CommandKind.Destroy ? "patch" : submission.Mode.ToString().ToLowerInvariant(),
            Force = submission.Force,
            Source = submission.Source,
            ClientId = submission.ClientId,
            Subject = submission.Subject,
            SubjectName = submission.SubjectName,
            Description = forma.Description,
            State = States.NotStarted,
            StartedAt = now,
            ModifiedAt = now,
            Groups = split.Groups,
            UpdateCount = split.Resources.Count,
            Stacks = [.. leased],
            StackUpdates = plan.Stacks,
            PolicyUpdates = plan.Policies,
        }, split);
    }

    /// <summary>Secrets closed, and without the schemas that the catalog has anyway.</summary>
    private ResourceUpdate Lean(ResourceUpdate update)
    {
        var closed = secrets.Close(update);
        return closed with { Resource = WithoutOwnSchema(closed.Resource), Existing = closed.Existing is { } existing ? WithoutOwnSchema(existing) : null };
    }

    private Resource WithoutOwnSchema(Resource resource) => catalog.IsOwn(resource.Type, resource.Schema) ? resource with { Schema = null } : resource;

    private static SubmitCommandResponse Respond(CommandRecord command, SplitPlan split, Plan plan, IReadOnlyList<Diagnostic> warnings) => new()
    {
        CommandId = command.CommandId,
        Description = command.Description ?? new Description(),
        Simulation = new Simulation
        {
            ChangesRequired = plan.ChangesRequired,
            Command = plan.ChangesRequired || plan.Policies.Count > 0 ? CommandView.Of(command, split.Resources, split.Targets) : new Command(),
            Warnings = plan.Notices.Count == 0 ? null : plan.Notices,
        },
        Diagnostics = warnings.Count == 0 ? null : warnings,
    };

    private async Task<IntakeOutcome> ConflictAsync(string holder, CancellationToken cancellation) => new IntakeOutcome.Refused(
        409, Refusals.ConflictingCommand(holder, await commands.StandingAsync(holder, cancellation), $"Command {holder} is changing the same stack. Wait until it is done."));

    /// <summary>There is no document that the person could correct.</summary>
    private static Diagnostic WithoutPlace(Diagnostic diagnostic) => diagnostic with
    {
        Path = "",
        Detail = diagnostic.Code == DiagnosticCodes.SecretNotKnown ? "It changed since, and old secrets are not kept. Apply a document that says it, with its value." : diagnostic.Detail,
    };

    private List<Diagnostic> TooLong(Forma forma) =>
        [.. forma.Resources
            .Select((resource, index) => (Index: index, Length: resource.Properties is { } properties ? JsonMarshal.GetRawUtf8Value(properties).Length : 0))
            .Where(resource => resource.Length > options.Value.MaxResourceBytes)
            .Select(resource => new Diagnostic
            {
                Code = DiagnosticCodes.ResourceTooLarge,
                Summary = $"The properties have {resource.Length:N0} bytes; a resource may have {options.Value.MaxResourceBytes:N0}.",
                Detail = $"Keep large content outside of the document and refer to it, or raise the setting {IntakeOptions.Section}:{nameof(IntakeOptions.MaxResourceBytes)}.",
                Path = $"Resources[{resource.Index}].Properties",
            })];

    private static IntakeOutcome.Refused Invalid(IReadOnlyList<Diagnostic> diagnostics, string? message = null)
    {
        var errors = diagnostics.Count(diagnostic => diagnostic.Severity == Severity.Error);
        var status = diagnostics.Any(diagnostic => diagnostic.Code == DiagnosticCodes.TooLarge) ? 413 : 400;
        return new IntakeOutcome.Refused(status, new ErrorResponse
        {
            Error = status == 413 ? ErrorCodes.TooLarge : ErrorCodes.InvalidForma,
            Message = message ?? (errors == 1 ? "The document has an error." : $"The document has {errors} errors."),
            Diagnostics = diagnostics,
        });
    }
}
