using System.Text.Json;
using Formae.Coordination.History;
using Formae.Coordination.Intake;
using Formae.Coordination.Queries;
using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;
using Microsoft.DurableTask.Client;

namespace Formae.Coordination.Background;

/// <summary>Puts a stack back to where its last reconcile left it, because somebody asks for it now.</summary>
public sealed class StackReconcile(StackStore stacks, StackPolicyQuery policies, StackSnapshots snapshots, CommandStore commands, CommandIntake intake)
{
    public const string ClientId = "force-reconcile";

    /// <param name="label">The stack.</param>
    /// <param name="subject">Who asks, as the proof of identity says; null where none was asked for.</param>
    /// <param name="subjectName">The same for people.</param>
    public async Task<ReconcileOutcome> RunAsync(string label, string? subject, string? subjectName, DurableTaskClient client, CancellationToken cancellation)
    {
        if (await stacks.FindAsync(label, cancellation) is not { } stack)
            return Refused(ErrorCodes.NotFound, $"There is no stack '{label}'.");
        if (await BusyAsync(label, cancellation) is { } conflict)
            return conflict;
        if (!(await policies.ReadAsync(stack, cancellation)).Any(policy => policy.Type == Policy.AutoReconcile))
            return Refused(ErrorCodes.ReconcilePolicyRequired, $"The stack '{label}' has no {Policy.AutoReconcile} policy: nobody said that it may be put back by itself.");
        if (await snapshots.LastReconcileAsync(label, cancellation) is not SnapshotOutcome.Found { Document: var document })
            return Nothing($"The stack '{label}' was never reconciled, or nothing of it is left to be put back.");
        var submission = new Submission { Kind = CommandKind.Apply, Mode = ApplyMode.Reconcile, Force = true, Prepared = document, ClientId = ClientId, Subject = subject, SubjectName = subjectName };
        return await intake.SubmitAsync(submission, client, cancellation) switch
        {
            IntakeOutcome.Accepted accepted => new ReconcileOutcome(202, new ReconcileAnswer { CommandId = accepted.Response.CommandId }, null),
            IntakeOutcome.Answered => Nothing($"Nothing to do: the stack '{label}' is as it was last reconciled."),
            IntakeOutcome.Refused refused => new ReconcileOutcome(refused.Status, null, refused.Error),
            _ => throw new InvalidOperationException("An outcome of the intake that is not known."),
        };
    }

    private async Task<ReconcileOutcome?> BusyAsync(string label, CancellationToken cancellation)
    {
        if (await stacks.FindLeaseHolderAsync(label, cancellation) is not { } holder || await commands.StandingAsync(holder, cancellation) is not { } command || States.IsFinal(command.State))
            return null;
        return new ReconcileOutcome(409, null, Refusals.ConflictingCommand(holder, command, $"Command {holder} is changing the stack '{label}'. Wait until it is done."));
    }

    private static ReconcileOutcome Nothing(string message) => new(200, new ReconcileAnswer { Message = message }, null);

    private static ReconcileOutcome Refused(string code, string message) => new(Refusals.StatusOf(code), null, new ErrorResponse { Error = code, Message = message });
}

/// <param name="Status">The HTTP status.</param>
/// <param name="Answer">What came of it, where it was not refused.</param>
/// <param name="Error">Why it was refused.</param>
public sealed record ReconcileOutcome(int Status, ReconcileAnswer? Answer, ErrorResponse? Error);
