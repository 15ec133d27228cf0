namespace Formae.Embedded.ServiceBus;

/// <summary>How a broker is started.</summary>
internal sealed class BrokerOptions
{
    /// <summary>Holds bus.db and its lock; one live broker per directory. Made when it is missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The port on 127.0.0.1. Default 0: any free one.</summary>
    public int Port { get; init; }

    /// <summary>What clients must know. At least 16 bytes.</summary>
    public required byte[] Key { get; init; }

    public required BrokerTopology Topology { get; init; }

    /// <summary>Flush to the disk at each commit, so that a power failure loses nothing either. Default false: a killed process loses nothing.</summary>
    public bool FlushEachCommit { get; init; }

    /// <summary>Bodies beyond this many bytes are read back from the file when they are delivered. Default 64 MB.</summary>
    public long BodyMemory { get; init; } = 64 * 1024 * 1024;
}
