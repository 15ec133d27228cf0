using System.Diagnostics;
using Formae.Model;
using Formae.Protocol.Http;
using Formae.Telemetry;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Formae.Coordination.Synchronization;

/// <summary>Starts a synchronisation, unless one runs: there is one instance of its orchestration.</summary>
public sealed class SynchronizeStarter(KsuidSource ksuids, TimeProvider time, IOptions<SynchronizationOptions> options)
{
    public const string Orchestration = "Synchronize";
    public const string InstanceId = "synchronize";

    private static readonly OrchestrationRuntimeStatus[] Running = [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    /// <summary>The synchronisation that runs now: a new one, or the one that ran already.</summary>
    public async Task<SynchronizationProgress> StartAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        if (await FindRunningAsync(client, cancellation) is { } running)
            return running;
        var input = new SynchronizeInput { CommandId = ksuids.Next(), Progress = new SynchronizationProgress() };
        using var span = Spans.Begin("command sync", ActivityKind.Producer)?.SetTag(Attributes.CommandId, input.CommandId).SetTag(Attributes.CommandKind, "sync");
        input = input with { TraceParent = span?.Id };
        input = input with { Progress = input.Progress with { CommandId = input.CommandId, State = States.InProgress } };
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(Orchestration, input, new StartOrchestrationOptions(InstanceId).WithDedupeStatuses(Running), cancellation);
            return input.Progress;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Somebody else was quicker; how the refusal looks differs between backends.
            return await FindRunningAsync(client, cancellation) ?? throw new InvalidOperationException("The synchronisation could not be started.", e);
        }
    }

    /// <summary>The last synchronisation, running or done; null when none is known any more.</summary>
    public async Task<SynchronizationProgress?> FindAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        if (await client.GetInstanceAsync(InstanceId, getInputsAndOutputs: true, cancellation) is not { } instance)
            return null;
        var progress = instance.ReadCustomStatusAs<SynchronizationProgress>() ?? instance.ReadInputAs<SynchronizeInput>()?.Progress ?? new SynchronizationProgress { State = States.InProgress };
        return !instance.IsCompleted || States.IsFinal(progress.State) ? progress : progress with { State = States.Failed };
    }

    /// <summary>Starts one when the interval since the last is over. Does nothing where no interval is set.</summary>
    public async Task StartWhenDueAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        if (options.Value.IntervalMinutes == 0)
            return;
        var last = await client.GetInstanceAsync(InstanceId, cancellation: cancellation);
        if (last is null || last.IsCompleted && time.GetUtcNow() - last.LastUpdatedAt >= TimeSpan.FromMinutes(options.Value.IntervalMinutes))
            await StartAsync(client, cancellation);
    }

    private async Task<SynchronizationProgress?> FindRunningAsync(DurableTaskClient client, CancellationToken cancellation) =>
        await FindAsync(client, cancellation) is { State: States.InProgress } running ? running : null;
}
