using Microsoft.Extensions.Logging;

namespace Formae.Embedded.DurableTask;

/// <summary>Events 7100 to 7199.</summary>
internal static partial class Log
{
    [LoggerMessage(7100, LogLevel.Information, "Task hub '{Path}' opened: {Instances} unfinished instances, {Messages} waiting messages")]
    public static partial void Opened(ILogger logger, string path, int instances, int messages);

    [LoggerMessage(7101, LogLevel.Information, "Task hub '{Path}' closed")]
    public static partial void Closed(ILogger logger, string path);

    [LoggerMessage(7102, LogLevel.Error, "Message {Id} for '{Target}' cannot be read and is left aside")]
    public static partial void UnreadableMessage(ILogger logger, long id, string target, Exception failure);

    [LoggerMessage(7103, LogLevel.Debug, "A {Kind} for '{Target}' was discarded: nobody waits for it")]
    public static partial void Discarded(ILogger logger, string kind, string target);

    [LoggerMessage(7104, LogLevel.Debug, "A discarded message was not removed; it is discarded again at the next start")]
    public static partial void NotDiscarded(ILogger logger, Exception failure);

    [LoggerMessage(7105, LogLevel.Warning, "Instance '{InstanceId}' of '{Name}' was not started: its id is taken by an instance that has not ended")]
    public static partial void InstanceExists(ILogger logger, string instanceId, string name);

    [LoggerMessage(7106, LogLevel.Error, "A step of '{Id}' could not be committed; it is tried again")]
    public static partial void CommitFailed(ILogger logger, string id, Exception failure);

    [LoggerMessage(7107, LogLevel.Error, "Instance '{InstanceId}' of '{Name}' failed: {Failure}")]
    public static partial void InstanceFailed(ILogger logger, string instanceId, string name, string failure);

    [LoggerMessage(7108, LogLevel.Warning, "Activity '{Name}' of '{InstanceId}' failed")]
    public static partial void ActivityFailed(ILogger logger, string name, string instanceId, Exception failure);

    [LoggerMessage(7109, LogLevel.Warning, "Operation '{Operation}' of entity '{Entity}' failed and was rolled back")]
    public static partial void OperationFailed(ILogger logger, string operation, string entity, Exception failure);

    [LoggerMessage(7110, LogLevel.Error, "The code of entity '{Entity}' failed before it served its operations")]
    public static partial void EntityFailed(ILogger logger, string entity, Exception failure);

    [LoggerMessage(7111, LogLevel.Error, "A worker of the hub met an error of its own and goes on")]
    public static partial void WorkerFailed(ILogger logger, Exception failure);
}
