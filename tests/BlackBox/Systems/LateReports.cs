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
    private readonly Lock _lock = new();
    private readonly List<(DurableEntityClient Entities, EntityInstanceId Entity, OperationReport Report)> _kept = [];
    private IReadOnlySet<string>? _labels;

    /// <summary>What a planted bug does: what was kept back is never told.</summary>
    public bool Forgets { get; init; }

    public bool AreKept
    {
        get
        {
            lock (_lock)
                return _kept.Count > 0;
        }
    }

    /// <summary>From now on; what is kept back already stays so until it is told.</summary>
    /// <param name="labels">Of whose creates; null: of none any more.</param>
    public void Keep(IReadOnlySet<string>? labels)
    {
        lock (_lock)
            _labels = labels;
    }

    /// <summary>The clock of an entity whose report is kept back.</summary>
    public TimeProvider? TimeOf(string ksuid)
    {
        lock (_lock)
            return _kept.Exists(kept => kept.Report.Ksuid == ksuid) ? Later.Clock : null;
    }

    public async Task<int> TellAsync()
    {
        (DurableEntityClient Entities, EntityInstanceId Entity, OperationReport Report)[] told;
        lock (_lock)
        {
            told = [.. _kept];
            _kept.Clear();
        }

        foreach (var (entities, entity, report) in Forgets ? [] : told)
            await entities.SignalEntityAsync(entity, EntityNames.Report, report);
        return told.Length;
    }

    public DurableTaskClient Before(DurableTaskClient real) => new Keeping(real, this);

    private bool Keeps(DurableEntityClient entities, EntityInstanceId entity, OperationReport report)
    {
        if (report.Verb != OperationVerb.Create || labelOf(report.Ksuid) is not { } label)
            return false;

        // In one step with what is told: a report that is kept back after that would leave its entity days ahead for good.
        lock (_lock)
        {
            if (_labels?.Contains(label) != true)
                return false;
            _kept.Add((entities, entity, report));
            return true;
        }
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
