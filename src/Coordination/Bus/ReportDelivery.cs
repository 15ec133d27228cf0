using Formae.Coordination.Catalog;
using Formae.Coordination.Operations;
using Formae.Model;
using Formae.Protocol.Bus;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

namespace Formae.Coordination.Bus;

/// <summary>The names of the entities.</summary>
public static class EntityNames
{
    public const string Resource = "Resource";
    public const string Reference = "Reference";
    public const string Rate = "Rate";
    public const string Publication = "Publication";

    /// <summary>The operation that takes a report.</summary>
    public const string Report = "Report";

    /// <summary>The operation that hears of a cloud that gets too many calls.</summary>
    public const string Throttled = "Throttled";

    public static EntityInstanceId ResourceOf(string ksuid) => new(Resource, ksuid);

    public static EntityInstanceId ReferenceOf(string commandId, string producer) => new(Reference, $"{commandId}-{producer}");

    /// <summary>Tells what happens in a command, or what a synchronisation sees.</summary>
    public static EntityInstanceId PublicationOf(string commandId) => new(Publication, commandId);

    public static EntityInstanceId RateOf(string @namespace) => new(Rate, @namespace.ToLowerInvariant());
}

/// <summary>Hands reports to the entities they belong to, undecided.</summary>
public static class ReportDelivery
{
    /// <returns>The reports that name an operation nobody can have asked for.</returns>
    public static async Task<IReadOnlyList<OperationReport>> DeliverAsync(OperationReports batch, DurableTaskClient client, CancellationToken cancellation)
    {
        var strangers = new List<OperationReport>();
        var signals = new List<Task>(batch.Reports.Count);
        foreach (var report in batch.Reports)
        {
            if (!OperationName.TryParse(report.OperationId, out var name))
            {
                strangers.Add(report);
                continue;
            }

            using var span = MessageSpans.Deliver(report);
            var entity = name.IsReference ? EntityNames.ReferenceOf(name.CommandId, name.Place) : EntityNames.ResourceOf(report.Ksuid);
            signals.Add(client.Entities.SignalEntityAsync(entity, EntityNames.Report, span is null ? report : report with { TraceParent = span.Id }, cancellation: cancellation));
        }

        signals.AddRange(Complaints(batch).Select(complaint => client.Entities.SignalEntityAsync(EntityNames.RateOf(complaint.Namespace), EntityNames.Throttled, complaint.Notice, cancellation: cancellation)));
        await Task.WhenAll(signals);
        return strangers;
    }

    /// <summary>Clouds that have said that they get too many calls: one notice for each, however many calls they said it to.</summary>
    private static IEnumerable<(string Namespace, ThrottleNotice Notice)> Complaints(OperationReports batch) => batch.Reports
        .Where(report => report is { Problem.Code: ProblemCodes.Throttling, ResourceType.Length: > 0 })
        .GroupBy(report => Resource.NamespaceOf(report.ResourceType), StringComparer.OrdinalIgnoreCase)
        .Select(reports => (reports.Key, new ThrottleNotice { RetryAfter = reports.Max(report => report.Problem!.RetryAfter), Reason = reports.First().Problem!.Message }));
}
