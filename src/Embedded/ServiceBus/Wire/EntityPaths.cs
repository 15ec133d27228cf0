using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus;

/// <summary>How the entities are addressed; names are compared without regard to case.</summary>
internal static class EntityPaths
{
    public const string DeadLetterSuffix = "/$DeadLetterQueue";

    public static string Subscription(string topic, string subscription)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(topic, "topicName");
        ArgumentException.ThrowIfNullOrWhiteSpace(subscription, "subscriptionName");
        return $"{topic}/Subscriptions/{subscription}";
    }

    public static string SubQueueOf(string path, SubQueue subQueue) => subQueue switch
    {
        SubQueue.None => path,
        SubQueue.DeadLetter => path + DeadLetterSuffix,
        _ => throw new NotSupportedException("The embedded bus forwards nothing between entities, so there is no transfer dead-letter queue."),
    };
}
