using Formae.Coordination.Observability;
using Formae.Coordination.Operations;
using Formae.Coordination.Synchronization;
using Formae.Protocol.Bus;
using Formae.Telemetry;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Entities;

/// <summary>
/// A signal whose operation throws is gone for good, and with it a plugin's report. So what storage or bus refuse for the moment is signalled again for later.
/// </summary>
internal static partial class EntityRetry
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(TaskEntityContext context, string operation, object input, Func<Task> work, TimeProvider time, ILogger logger)
    {
        OperationMeasures.Entity(context.Id.Name, operation);
        using var scope = FieldsOf(input) is { } fields ? logger.BeginScope(fields) : null;
        try
        {
            await work();
        }
        catch (Exception e) when (e.IsPassing())
        {
            LogLater(logger, context.Id, operation, Pause.TotalSeconds, e);
            context.SignalEntity(context.Id, operation, input, new SignalEntityOptions { SignalTime = time.GetUtcNow() + Pause });
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
}
