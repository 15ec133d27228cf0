using Formae.Coordination.Commands;
using Formae.Coordination.Operations;
using Formae.Engine.Operations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Formae.Coordinator.Orchestrations;

/// <summary>The activities of a command: reads and writes of rows, each harmless when it runs twice.</summary>
public sealed class CommandActivities(CommandLifecycle lifecycle)
{
    /// <summary>Storage that is away for a minute or two must not fail a command. What is lost by the command itself stays lost.</summary>
    internal static TaskOptions Patiently { get; } = TaskOptions.FromRetryPolicy(new RetryPolicy(6, TimeSpan.FromSeconds(2), backoffCoefficient: 2.5, maxRetryInterval: TimeSpan.FromMinutes(1))
    {
        HandleFailure = static failure => !failure.IsCausedBy<LeaseLostException>() && !failure.IsCausedBy<TargetChangedException>(),
    });

    [Function(nameof(OpenCommand))]
    public Task<int> OpenCommand([ActivityTrigger] string commandId, CancellationToken cancellation) => lifecycle.OpenAsync(commandId, cancellation);

    [Function(nameof(ReadChangeset))]
    public Task<Changeset> ReadChangeset([ActivityTrigger] WalkGroup walk, CancellationToken cancellation) =>
        lifecycle.ReadChangesetAsync(walk, cancellation);

    [Function(nameof(ReadCancel))]
    public Task<CancelMark> ReadCancel([ActivityTrigger] string commandId, CancellationToken cancellation) => lifecycle.ReadCancelAsync(commandId, cancellation);

    [Function(nameof(ExecuteTarget))]
    public Task<Outcome> ExecuteTarget([ActivityTrigger] ExecuteTarget execute, CancellationToken cancellation) => lifecycle.ExecuteTargetAsync(execute, cancellation);

    [Function(nameof(RecordProgress))]
    public Task RecordProgress([ActivityTrigger] ProgressBatch batch, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        lifecycle.RecordAsync(batch, client, cancellation);

    [Function(nameof(CloseCommand))]
    public Task CloseCommand([ActivityTrigger] CloseCommand close, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        lifecycle.CloseAsync(close.CommandId, close.Error, client, cancellation);
}
