using System.Collections.Concurrent;
using Formae.Coordination.Bus;
using Formae.Coordination.Tests.Cluster;
using Formae.Protocol.Bus;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>Keeps reports of creates back until their operations were given up: for the entities that wait for them it is days later.</summary>
/// <param name="labelOf">The label of a resource, by its KSUID.</param>
internal sealed class LateReports(Func<string, string?> labelOf)
{
    private readonly ConcurrentQueue<(DurableEntityClient Entities, EntityInstanceId Entity, OperationReport Report)> _kept = [];
    private readonly ConcurrentDictionary<string, bool> _waiting = new(StringComparer.Ordinal);
    private IReadOnlySet<string>? _labels;

    /// <summary>What a planted bug does: what was kept back is never told.</summary>
    public bool Forgets { get; init; }

    public bool AreKept => !_kept.IsEmpty;

    /// <param name="labels">Of whose creates; null: of none any more.</param>
    public void Keep(IReadOnlySet<string>? labels) => Volatile.Write(ref _labels, labels);

    /// <summary>The clock of an entity whose report is kept back.</summary>
    public TimeProvider? TimeOf(string ksuid) => _waiting.ContainsKey(ksuid) ? Later.Clock : null;

    public async Task<int> TellAsync()
    {
        _waiting.Clear();
        var told = 0;
        for (; _kept.TryDequeue(out var kept); told++)
        {
            if (!Forgets)
                await kept.Entities.SignalEntityAsync(kept.Entity, EntityNames.Report, kept.Report);
        }

        return told;
    }

    public DurableTaskClient Before(DurableTaskClient real) => new Keeping(real, this);

    private bool Keeps(DurableEntityClient entities, EntityInstanceId entity, OperationReport report)
    {
        if (report.Verb != OperationVerb.Create || Volatile.Read(ref _labels) is not { } labels || labelOf(report.Ksuid) is not { } label || !labels.Contains(label))
            return false;
        _kept.Enqueue((entities, entity, report));
        _waiting[report.Ksuid] = true;
        return true;
    }

    private sealed class Keeping(DurableTaskClient real, LateReports late) : DelegatingHub(real)
    {
        public override DurableEntityClient Entities { get; } = new Gate(real.Entities, late);
    }

    private sealed class Gate(DurableEntityClient real, LateReports late) : DurableEntityClient(real.Name)
    {
        public override Task SignalEntityAsync(EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null, CancellationToken cancellation = default) =>
            input is OperationReport report && late.Keeps(real, id, report) ? Task.CompletedTask : real.SignalEntityAsync(id, operationName, input, options, cancellation);

        public override Task<EntityMetadata?> GetEntityAsync(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default) => real.GetEntityAsync(id, includeState, cancellation);

        public override Task<EntityMetadata<T>?> GetEntityAsync<T>(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default) => real.GetEntityAsync<T>(id, includeState, cancellation);

        public override AsyncPageable<EntityMetadata> GetAllEntitiesAsync(EntityQuery? filter = null) => real.GetAllEntitiesAsync(filter);

        public override AsyncPageable<EntityMetadata<T>> GetAllEntitiesAsync<T>(EntityQuery? filter = null) => real.GetAllEntitiesAsync<T>(filter);

        public override Task<CleanEntityStorageResult> CleanEntityStorageAsync(CleanEntityStorageRequest? request = null, bool continueUntilComplete = true, CancellationToken cancellation = default) =>
            real.CleanEntityStorageAsync(request, continueUntilComplete, cancellation);
    }

    /// <summary>Later than any report is waited for.</summary>
    private sealed class Later : TimeProvider
    {
        public static readonly Later Clock = new();

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromDays(2);
    }
}
