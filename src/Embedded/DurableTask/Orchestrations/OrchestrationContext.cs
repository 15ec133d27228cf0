using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Formae.Embedded.DurableTask.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Formae.Embedded.DurableTask.Orchestrations;

/// <summary>The orchestrator's view of its execution.</summary>
internal sealed class OrchestrationContext(OrchestrationExecution execution) : TaskOrchestrationContext, IOrchestrationInput
{
    private readonly DataConverter _converter = execution.Start.Converter;
    private EntityFeature? _entities;
    private int _guids;

    public override TaskName Name => execution.Start.Name;

    public override string InstanceId => execution.Start.InstanceId;

    public override ParentOrchestrationInstance? Parent { get; } =
        execution.Start.Parent is { } parent ? new ParentOrchestrationInstance(parent.Name, parent.InstanceId) : null;

    public override DateTime CurrentUtcDateTime => execution.Now;

    public override bool IsReplaying => execution.IsReplaying;

    public override string Version => execution.Start.Version;

    public override TaskOrchestrationEntityFeature Entities => _entities ??= new EntityFeature(execution);

    public string? SerializedInput => execution.Start.Input;

    protected override ILoggerFactory LoggerFactory => execution.Start.Loggers;

    public object? ReadInput(Type type) => _converter.Deserialize(SerializedInput, type);

    public override T? GetInput<T>()
        where T : default => _converter.Deserialize<T>(SerializedInput);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        execution.Thread.Verify();
        ArgumentException.ThrowIfNullOrEmpty(name.Name, nameof(name));
        var data = _converter.Serialize(input);
        return options?.Retry is { } retry ? new Retrying(this, retry).RunAsync(Attempt) : Attempt();

        Task<TResult> Attempt() => execution.Await<TResult>(
            new OrchestrationAction(execution.NextTaskId(), ActionKind.Activity, name.Name) { Input = data, Version = options?.Version?.Version ?? Version });
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        execution.Thread.Verify();
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name, nameof(orchestratorName));
        execution.Section.VerifySubOrchestration();
        var child = options as SubOrchestrationOptions;
        var instanceId = string.IsNullOrEmpty(child?.InstanceId) ? NewGuid().ToString("N") : child.InstanceId;
        var version = child?.Version ?? options?.Version;
        var data = _converter.Serialize(input);
        return options?.Retry is { } retry ? new Retrying(this, retry).RunAsync(Attempt) : Attempt();

        Task<TResult> Attempt() => execution.Await<TResult>(
            new OrchestrationAction(execution.NextTaskId(), ActionKind.SubOrchestration, orchestratorName.Name)
            {
                Target = instanceId,
                Input = data,
                Version = version?.Version ?? "",
            });
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        execution.Thread.Verify();
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        var due = fireAt.Kind == DateTimeKind.Utc ? fireAt : fireAt.ToUniversalTime();
        return execution.AwaitTimer(new OrchestrationAction(execution.NextTaskId(), ActionKind.Timer, "") { Due = due.Ticks }, cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        execution.Thread.Verify();
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return execution.Events.Wait<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        execution.Thread.Verify();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        execution.Add(new OrchestrationAction(execution.NextTaskId(), ActionKind.SendEvent, eventName)
        {
            Target = instanceId,
            Input = _converter.Serialize(payload),
        });
    }

    public override void SetCustomStatus(object? customStatus)
    {
        execution.Thread.Verify();
        execution.Status = new CustomStatus(_converter.Serialize(customStatus));
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        execution.Thread.Verify();
        execution.NextRun = new Outcome.ContinuedAsNew(_converter.Serialize(options.NewInput), options.NewVersion, options.PreserveUnprocessedEvents);
    }

    public override Guid NewGuid()
    {
        execution.Thread.Verify();
        var name = string.Create(CultureInfo.InvariantCulture, $"{InstanceId}_{CurrentUtcDateTime:o}_{_guids++}");
        return NameBasedGuid.Create(name);
    }

    /// <summary>Version 5 of RFC 9562 in the namespace that durable orchestrations use.</summary>
    private static class NameBasedGuid
    {
        private static readonly byte[] Namespace = new Guid("9e952958-5e33-4daf-827f-2fa12937b875").ToByteArray(bigEndian: true);

        public static Guid Create(string name)
        {
            Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The recipe of version 5, not a protection.
            SHA1.HashData([.. Namespace, .. Encoding.UTF8.GetBytes(name)], hash);
#pragma warning restore CA5350
            hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
            hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
            return new Guid(hash[..16], bigEndian: true);
        }
    }
}
