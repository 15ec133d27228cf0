using System.Globalization;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Stack = Formae.Model.Stack;

namespace Formae.Coordination.Background;

/// <summary>Destroys the stacks whose time to live is over. What is refused, because somebody works on the stack or depends on it, is tried again the next time.</summary>
public sealed partial class StackExpiry(
    StackStore stacks, ResourceStore resources, StackPolicyQuery policies, CommandStore commands, CommandIntake intake, KsuidSource ksuids, TimeProvider time, ILogger<StackExpiry> logger)
{
    public const string ClientId = "stack-expirer";

    /// <param name="clientId">In whose name: the timer's, or that of somebody who asks for it.</param>
    public async Task<ExpiryAnswer> CheckAsync(string clientId, DurableTaskClient client, CancellationToken cancellation)
    {
        var expired = new List<string>();
        var started = new List<string>();
        foreach (var stack in await stacks.ListAsync(cancellation))
        {
            try
            {
                var (isEnded, commandId) = await EndWhenOverAsync(stack, clientId, client, cancellation);
                if (isEnded)
                    expired.Add(stack.Label);
                if (commandId is not null)
                    started.Add(commandId);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One that cannot be ended must not keep all that come after it alive.
                LogFailed(stack.Label, e);
            }
        }

        return new ExpiryAnswer { ExpiredStacks = expired, CommandIds = started.Count == 0 ? null : started };
    }

    private async Task<(bool IsEnded, string? CommandId)> EndWhenOverAsync(Stack listed, string clientId, DurableTaskClient client, CancellationToken cancellation)
    {
        // Somebody may have given it more time since it was listed: ending those before it can take a while.
        if ((await OverAsync(listed, cancellation)).Count == 0
            || await stacks.FindAsync(listed.Label, cancellation) is not { } stack || await OverAsync(stack, cancellation) is not { Count: > 0 } over)
            return (false, null);
        var here = await resources.ReadStackAsync(stack.Label, cancellation);
        if (here.Count == 0)
            return (await RemoveEmptyAsync(stack, cancellation), null);
        var commandId = await DestroyAsync(stack, here, over.Any(policy => policy.OnDependents == "cascade"), clientId, client, cancellation);
        return (commandId is not null, commandId);
    }

    private async Task<IReadOnlyList<Policy>> OverAsync(Stack stack, CancellationToken cancellation) =>
        [.. (await policies.ReadAsync(stack, cancellation)).Where(policy => policy.Type == Policy.TimeToLive && IsOver(policy, stack.CreatedAt, time.GetUtcNow()))];

    /// <summary>A relative time counts from the first creation of the stack; an end that is no time never comes.</summary>
    public static bool IsOver(Policy policy, DateTimeOffset? createdAt, DateTimeOffset now)
    {
        if (policy.ExpiresAt is { } end)
            return DateTimeOffset.TryParse(end, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at <= now;
        return policy.TtlSeconds is { } seconds && createdAt is { } since && (now - since).TotalSeconds >= seconds;
    }

    private async Task<string?> DestroyAsync(Stack stack, IReadOnlyList<Resource> here, bool cascade, string clientId, DurableTaskClient client, CancellationToken cancellation)
    {
        var outcome = await intake.SubmitAsync(new Submission
        {
            Kind = CommandKind.Destroy,
            OnDependents = cascade ? OnDependents.Cascade : OnDependents.Abort,
            Prepared = new Forma { Resources = [.. here.Select(resource => new Resource { Stack = resource.Stack, Type = resource.Type, Label = resource.Label, Target = resource.Target })] },
            ClientId = clientId,
            Source = Sources.TimeToLive,
        }, client, cancellation);
        switch (outcome)
        {
            case IntakeOutcome.Accepted accepted:
                LogExpired(stack.Label, accepted.Response.CommandId);
                return accepted.Response.CommandId;
            case IntakeOutcome.Refused refused:
                LogKept(stack.Label, refused.Error.Error, refused.Error.Message);
                return null;
            default:
                return null;
        }
    }

    /// <summary>Nothing is to be destroyed, so that no command is needed; only the lease, so that nobody fills the stack meanwhile.</summary>
    private async Task<bool> RemoveEmptyAsync(Stack stack, CancellationToken cancellation)
    {
        var id = ksuids.Next();
        if (await stacks.TakeLeaseAsync(stack.Label, id, async holder => await commands.FindAsync(holder, cancellation) is { } command ? States.IsFinal(command.State) : null, cancellation) is not null)
            return false;
        try
        {
            if (await resources.HasAnyAsync(stack.Label, cancellation))
                return false;
            await stacks.RemoveAsync(stack.Label, id, cancellation);
            return true;
        }
        finally
        {
            await stacks.ReleaseLeaseAsync(stack.Label, id, CancellationToken.None);
        }
    }

    [LoggerMessage(EventId = 1301, Level = LogLevel.Information, Message = "The time of stack {Stack} is over: command {CommandId} destroys it")]
    private partial void LogExpired(string stack, string commandId);

    [LoggerMessage(EventId = 1302, Level = LogLevel.Information, Message = "The time of stack {Stack} is over and it stays for now: {Code}: {Reason}")]
    private partial void LogKept(string stack, string code, string? reason);

    [LoggerMessage(EventId = 1303, Level = LogLevel.Error, Message = "Stack {Stack} could not be ended; it is tried again the next time")]
    private partial void LogFailed(string stack, Exception exception);
}
