using Azure;
using Formae.Coordination;
using Formae.Coordination.Bus;
using Formae.Coordination.Observability;
using Formae.Coordination.Operations;
using Formae.Coordination.Synchronization;
using Formae.Protocol.Bus;
using Formae.Telemetry;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Entities;

/// <summary>
/// A signal whose operation throws is gone for good. So what storage or bus refuse for the moment is signalled again for later; and a plugin's report, which nobody
/// says a second time, whatever the failure is.
/// </summary>
internal static partial class EntityRetry
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Whoever is not told of a failure that will not pass asks again: the walk, or another entity.</summary>
    public static Task RunAsync(TaskEntityContext context, string operation, object input, Func<Task> work, TimeProvider time, ILogger logger) =>
        RunAsync(context, operation, input, work, logger, PassingFailures.IsPassing, failure =>
        {
            PutOff(context, operation, input, time.GetUtcNow() + Pause);
            LogLater(logger, context.Id, operation, Pause.TotalSeconds, failure);
        });

    /// <summary>
    /// Makes use of a report, or keeps it for later: for as long as it would be valid on the bus. Rights come late or go for an hour, keys and firewalls change, and the
    /// message that it came with was settled. What it tells of is in the cloud.
    /// </summary>
    /// <param name="again">The operation that takes a <see cref="KeptReport"/>.</param>
    public static Task HearAsync(TaskEntityContext context, string again, KeptReport? kept, OperationReport report, Func<Task> work, TimeProvider time, ILogger logger) =>
        RunAsync(context, EntityNames.Report, report, work, logger, static _ => true, failure =>
        {
            var now = time.GetUtcNow();
            var since = kept?.Since ?? now;
            if (now - since > BusContract.ReportValidity)
            {
                LogGivenUp(logger, context.Id, report.Verb, report.Status, report.OperationId, report.NativeId, failure);
                return;
            }

            // Whoever wrote the same row at the same moment has done so now.
            var pause = kept is null && failure is RequestFailedException { Status: 409 or 412 } ? TimeSpan.Zero : PassingFailures.PauseAfter(now - since, Pause);
            PutOff(context, again, new KeptReport { Report = report, Since = since }, now + pause);
            if (failure.IsPassing() || pause == TimeSpan.Zero)
                LogLater(logger, context.Id, EntityNames.Report, pause.TotalSeconds, failure);
            else
                LogKept(logger, context.Id, report.Verb, report.OperationId, pause.TotalSeconds, failure);
        });

    private static void PutOff(TaskEntityContext context, string operation, object input, DateTimeOffset until) =>
        context.SignalEntity(context.Id, operation, input, new SignalEntityOptions { SignalTime = until });

    private static async Task RunAsync(TaskEntityContext context, string operation, object input, Func<Task> work, ILogger logger, Func<Exception, bool> isPutOff, Action<Exception> putOff)
    {
        OperationMeasures.Entity(context.Id.Name, operation);
        using var scope = FieldsOf(input) is { } fields ? logger.BeginScope(fields) : null;
        try
        {
            await work();
        }
        catch (Exception e) when (isPutOff(e))
        {
            putOff(e);
        }
    }

    private static LogFields? FieldsOf(object input) => input switch
    {
        BeginOperation begin => LogFields.OfCommand(begin.CommandId),
        OperationReport report => LogFields.OfOperation(report.OperationId),
        ReferenceAnswer answer => LogFields.OfCommand(answer.CommandId),
        AskReference ask => LogFields.OfCommand(ask.CommandId),
        LookAtResource look => LogFields.OfCommand(look.CommandId),
        _ => null,
    };

    [LoggerMessage(EventId = 2101, Level = LogLevel.Warning, Message = "{Entity}: {Operation} did not get through to storage or bus; again in {Seconds} s")]
    public static partial void LogLater(ILogger logger, EntityInstanceId entity, string operation, double seconds, Exception exception);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Error, Message = "{Entity}: the report of the {Verb} {OperationId} could not be recorded, and this may not pass by itself; it is kept and tried again in {Seconds} s")]
    private static partial void LogKept(ILogger logger, EntityInstanceId entity, OperationVerb verb, string operationId, double seconds, Exception exception);

    [LoggerMessage(EventId = 2103, Level = LogLevel.Error, Message = "{Entity}: for a day the report of the {Verb} ({Status}) {OperationId} could not be recorded, and it is given up. What it tells of is the object '{NativeId}'")]
    private static partial void LogGivenUp(ILogger logger, EntityInstanceId entity, OperationVerb verb, OperationStatus status, string operationId, string? nativeId, Exception exception);
}
