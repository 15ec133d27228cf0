#nullable disable // as in the real package, whose members carry no annotations

using Formae.Embedded.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>
/// Receives and calls a handler for each message, a number of them at a time. A handler that throws has its message abandoned and the error
/// handler told; one that returns has it completed, when <see cref="AutoCompleteMessages"/> says so. Locks are renewed while a handler runs.
/// </summary>
public class ServiceBusProcessor : IAsyncDisposable
{
    private readonly BusConnection _connection;
    private readonly ServiceBusProcessorOptions _options;
    private readonly string _path;
    private readonly SemaphoreSlim _lifecycle = new(1, 1);
    private Func<ProcessMessageEventArgs, Task> _processMessage;
    private Func<ProcessErrorEventArgs, Task> _processError;
    private ProcessorRun _run;
    private volatile bool _closed;

    protected ServiceBusProcessor()
    {
    }

    internal ServiceBusProcessor(BusConnection connection, string entityPath, ServiceBusProcessorOptions options)
    {
        _connection = connection;
        _path = entityPath;
        _options = options ?? new ServiceBusProcessorOptions();
        EntityPath = EntityPaths.SubQueueOf(entityPath, _options.SubQueue);
        Identifier = _options.Identifier ?? $"{EntityPath}-{Guid.NewGuid()}";
    }

    public event Func<ProcessMessageEventArgs, Task> ProcessMessageAsync
    {
        add => Set(ref _processMessage, value, nameof(ProcessMessageAsync));
        remove => Unset(ref _processMessage, value, nameof(ProcessMessageAsync));
    }

    public event Func<ProcessErrorEventArgs, Task> ProcessErrorAsync
    {
        add => Set(ref _processError, value, nameof(ProcessErrorAsync));
        remove => Unset(ref _processError, value, nameof(ProcessErrorAsync));
    }

    public virtual string FullyQualifiedNamespace => _connection.Name;

    public virtual string EntityPath { get; }

    public virtual string Identifier { get; }

    public virtual ServiceBusReceiveMode ReceiveMode => _options.ReceiveMode;

    public virtual int PrefetchCount => _options.PrefetchCount;

    public virtual int MaxConcurrentCalls => _options.MaxConcurrentCalls;

    public virtual bool AutoCompleteMessages => _options.AutoCompleteMessages;

    public virtual TimeSpan MaxAutoLockRenewalDuration => _options.MaxAutoLockRenewalDuration;

    public virtual bool IsProcessing => Volatile.Read(ref _run) is not null;

    public virtual bool IsClosed => _closed;

    public virtual async Task StartProcessingAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed || _connection.IsClosed, this);
        await _lifecycle.WaitAsync(cancellationToken);
        try
        {
            if (_run is not null)
                throw new InvalidOperationException("The processor is already running.");
            if (_processMessage is null || _processError is null)
                throw new InvalidOperationException($"The processor needs a handler for {(_processMessage is null ? nameof(ProcessMessageAsync) : nameof(ProcessErrorAsync))} before it can start.");
            var receiver = new ServiceBusReceiver(_connection, _path, new ServiceBusReceiverOptions
            {
                Identifier = Identifier,
                ReceiveMode = ReceiveMode,
                PrefetchCount = PrefetchCount,
                SubQueue = _options.SubQueue,
            });
            _run = new ProcessorRun(this, receiver, _connection.LockClock);
            _run.Start();
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>Stops receiving, tells the running handlers by their token, and waits for them.</summary>
    public virtual async Task StopProcessingAsync(CancellationToken cancellationToken = default)
    {
        await _lifecycle.WaitAsync(cancellationToken);
        try
        {
            if (_run is not { } run)
                return;
            await run.StopAsync().WaitAsync(cancellationToken);
            _run = null;
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    public virtual async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        if (_closed)
            return;
        await StopProcessingAsync(cancellationToken);
        _closed = true;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    protected internal virtual Task OnProcessMessageAsync(ProcessMessageEventArgs args) => _processMessage(args);

    protected internal virtual Task OnProcessErrorAsync(ProcessErrorEventArgs args) => _processError(args);

    private void Set<T>(ref T handler, T value, string name) where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        ThrowIfRunning();
        if (handler is not null)
            throw new NotSupportedException($"{name} has a handler already; it takes exactly one.");
        handler = value;
    }

    private void Unset<T>(ref T handler, T value, string name) where T : class
    {
        ThrowIfRunning();
        if (!Equals(handler, value))
            throw new ArgumentException($"This is not the handler of {name}.");
        handler = null;
    }

    private void ThrowIfRunning()
    {
        if (IsProcessing)
            throw new InvalidOperationException("The handlers of a running processor cannot be changed.");
    }
}
