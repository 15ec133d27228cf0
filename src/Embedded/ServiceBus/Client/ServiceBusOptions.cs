#nullable disable // as in the real package, whose members carry no annotations

namespace Azure.Messaging.ServiceBus;

public class ServiceBusClientOptions
{
    public string Identifier { get; set; }

    public ServiceBusRetryOptions RetryOptions { get; set; } = new();

    /// <summary>Kept for source compatibility: the embedded bus has one transport, TCP over the loopback.</summary>
    public ServiceBusTransportType TransportType { get; set; }
}

/// <summary>
/// How often and how long one operation is tried. While the broker cannot be reached (a restart), an operation keeps trying until
/// <see cref="TryTimeout"/> has passed, whatever <see cref="MaxRetries"/> says.
/// </summary>
public class ServiceBusRetryOptions
{
    /// <summary>Default exponential.</summary>
    public ServiceBusRetryMode Mode { get; set; } = ServiceBusRetryMode.Exponential;

    /// <summary>Default 3, range 0 to 100.</summary>
    public int MaxRetries
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 100);
            field = value;
        }
    } = 3;

    /// <summary>Default 0.8 s, range 1 ms to 5 min.</summary>
    public TimeSpan Delay
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(5));
            field = value;
        }
    } = TimeSpan.FromSeconds(0.8);

    /// <summary>Default 1 min.</summary>
    public TimeSpan MaxDelay
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromMinutes(1);

    /// <summary>Default 1 min.</summary>
    public TimeSpan TryTimeout
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromMinutes(1);
}

public class ServiceBusSenderOptions
{
    public string Identifier { get; set; }
}

public class CreateMessageBatchOptions
{
    /// <summary>Default null: what the bus allows, 262,144 bytes.</summary>
    public long? MaxSizeInBytes { get; set; }
}

public class ServiceBusReceiverOptions
{
    public string Identifier { get; set; }

    /// <summary>Default <see cref="ServiceBusReceiveMode.PeekLock"/>.</summary>
    public ServiceBusReceiveMode ReceiveMode { get; set; }

    /// <summary>Default 0: nothing is fetched that was not asked for.</summary>
    public int PrefetchCount
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    public SubQueue SubQueue { get; set; }
}

public class ServiceBusProcessorOptions
{
    public string Identifier { get; set; }

    /// <summary>Default <see cref="ServiceBusReceiveMode.PeekLock"/>.</summary>
    public ServiceBusReceiveMode ReceiveMode { get; set; }

    /// <summary>Default 0.</summary>
    public int PrefetchCount
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    /// <summary>Default true: a message is completed when its handler returns.</summary>
    public bool AutoCompleteMessages { get; set; } = true;

    /// <summary>Default 5 min; zero means never, <see cref="Timeout.InfiniteTimeSpan"/> for as long as the handler runs.</summary>
    public TimeSpan MaxAutoLockRenewalDuration
    {
        get;
        set
        {
            if (value < TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
                throw new ArgumentOutOfRangeException(nameof(value), value, "The duration must be zero, positive or infinite.");
            field = value;
        }
    } = TimeSpan.FromMinutes(5);

    /// <summary>Default 1.</summary>
    public int MaxConcurrentCalls
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1;

    public SubQueue SubQueue { get; set; }
}
