namespace Formae.Embedded.ServiceBus;

/// <summary>The entities that a broker offers.</summary>
internal sealed record BrokerTopology(IReadOnlyList<QueueDefinition> Queues, IReadOnlyList<TopicDefinition> Topics)
{
    public static BrokerTopology Empty { get; } = new([], []);

    /// <summary>Reads the configuration format of Microsoft's Service Bus emulator (Config.json).</summary>
    /// <exception cref="FormatException">Names the path of what is wrong.</exception>
    public static BrokerTopology Parse(string json) => TopologyReader.Read(json);
}

internal sealed record QueueDefinition(string Name)
{
    public QueueProperties Properties { get; init; } = new();
}

internal sealed record TopicDefinition(string Name, IReadOnlyList<SubscriptionDefinition> Subscriptions)
{
    public QueueProperties Properties { get; init; } = new();
}

/// <param name="Name">The subscription's name, unique in its topic.</param>
/// <param name="Rules">A message is delivered when any of them matches; none given means all messages.</param>
internal sealed record SubscriptionDefinition(string Name, IReadOnlyList<RuleFilter> Rules)
{
    public QueueProperties Properties { get; init; } = new();
}

/// <summary>What a queue, topic or subscription does with its messages; the defaults are those of the service.</summary>
internal sealed record QueueProperties
{
    /// <summary>Default 60 s, range 5 s to 5 min.</summary>
    public TimeSpan LockDuration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Default 10, range 1 to 2,000.</summary>
    public int MaxDeliveryCount { get; init; } = 10;

    public bool RequiresDuplicateDetection { get; init; }

    /// <summary>Default 1 min, range 20 s to 7 days.</summary>
    public TimeSpan DuplicateDetectionHistoryTimeWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Default: messages live for ever.</summary>
    public TimeSpan DefaultMessageTimeToLive { get; init; } = TimeSpan.MaxValue;

    public bool DeadLetteringOnMessageExpiration { get; init; }
}
