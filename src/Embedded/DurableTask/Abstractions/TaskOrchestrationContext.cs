using Microsoft.DurableTask.Abstractions;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask
{
    /// <summary>What an orchestrator may do: everything here is recorded and gives the same answer on replay.</summary>
    public abstract class TaskOrchestrationContext
    {
        private ILoggerFactory? _replaySafeLoggers;

        protected TaskOrchestrationContext()
        {
        }

        public abstract TaskName Name { get; }

        public abstract string InstanceId { get; }

        public abstract ParentOrchestrationInstance? Parent { get; }

        public abstract DateTime CurrentUtcDateTime { get; }

        public abstract bool IsReplaying { get; }

        public virtual string Version => string.Empty;

        public virtual IReadOnlyDictionary<string, object?> Properties { get; } = new Dictionary<string, object?>();

        public virtual TaskOrchestrationEntityFeature Entities =>
            throw new NotSupportedException($"Durable entities are not supported by {GetType()}.");

        public virtual ILoggerFactory ReplaySafeLoggerFactory => _replaySafeLoggers ??= new ReplaySafeLoggers(this, () => LoggerFactory);

        protected abstract ILoggerFactory LoggerFactory { get; }

        public abstract T? GetInput<T>();

        public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);

        public virtual Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions options) => CallActivityAsync<TResult>(name, null, options);

        public virtual Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null) => CallActivityAsync<object>(name, input, options);

        public virtual Task CallActivityAsync(TaskName name, TaskOptions options) => CallActivityAsync(name, null, options);

        public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null);

        public virtual Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions options) =>
            CallSubOrchestratorAsync<TResult>(orchestratorName, null, options);

        public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
            CallSubOrchestratorAsync<object>(orchestratorName, input, options);

        public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions options) => CallSubOrchestratorAsync(orchestratorName, null, options);

        public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

        public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) => CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

        public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

        public Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout) => WaitForExternalEvent<T>(eventName, timeout, default);

        /// <exception cref="TaskCanceledException">The event did not come in time.</exception>
        public async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken)
        {
            using var endOfTimer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var endOfWait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var timer = CreateTimer(timeout, endOfTimer.Token);
            var arrival = WaitForExternalEvent<T>(eventName, endOfWait.Token);
            if (await Task.WhenAny(arrival, timer) == arrival)
                endOfTimer.Cancel();
            else
                endOfWait.Cancel();
            return await arrival;
        }

        public abstract void SendEvent(string instanceId, string eventName, object payload);

        public abstract void SetCustomStatus(object? customStatus);

        public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

        public virtual void ContinueAsNew(ContinueAsNewOptions options)
        {
            ArgumentNullException.ThrowIfNull(options);
            ContinueAsNew(options.NewInput, options.PreserveUnprocessedEvents);
        }

        public abstract Guid NewGuid();

        public virtual int CompareVersionTo(string version) => TaskOrchestrationVersioningUtils.CompareVersions(Version, version);

        public virtual ILogger CreateReplaySafeLogger(string categoryName) => ReplaySafeLoggerFactory.CreateLogger(categoryName);

        public virtual ILogger CreateReplaySafeLogger(Type type) => ReplaySafeLoggerFactory.CreateLogger(type);

        public virtual ILogger CreateReplaySafeLogger<T>() => ReplaySafeLoggerFactory.CreateLogger<T>();

        private sealed class ReplaySafeLoggers(TaskOrchestrationContext context, Func<ILoggerFactory> loggers) : ILoggerFactory
        {
            public ILogger CreateLogger(string categoryName) => new ReplaySafeLogger(context, loggers().CreateLogger(categoryName));

            public void AddProvider(ILoggerProvider provider) => loggers().AddProvider(provider);

            public void Dispose()
            {
            }
        }

        private sealed class ReplaySafeLogger(TaskOrchestrationContext context, ILogger logger) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => logger.BeginScope(state);

            public bool IsEnabled(LogLevel logLevel) => !context.IsReplaying && logger.IsEnabled(logLevel);

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                    logger.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}

namespace Microsoft.DurableTask.Abstractions
{
    public static class TaskOrchestrationVersioningUtils
    {
        /// <summary>Compares as dotted numbers when both are, otherwise as text without regard to case; no version comes first.</summary>
        public static int CompareVersions(string sourceVersion, string otherVersion)
        {
            var (source, other) = (string.IsNullOrWhiteSpace(sourceVersion), string.IsNullOrWhiteSpace(otherVersion));
            if (source || other)
                return other.CompareTo(source);
            return System.Version.TryParse(sourceVersion, out var a) && System.Version.TryParse(otherVersion, out var b)
                ? a.CompareTo(b)
                : string.Compare(sourceVersion, otherVersion, StringComparison.OrdinalIgnoreCase);
        }
    }
}
