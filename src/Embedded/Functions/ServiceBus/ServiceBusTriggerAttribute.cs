using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker
{
    /// <summary>Calls the function for each message, or for each batch of them, of a queue or subscription. Names may hold %Setting%.</summary>
    public sealed class ServiceBusTriggerAttribute : TriggerBindingAttribute, ISupportCardinality
    {
        public ServiceBusTriggerAttribute(string queueName) => QueueName = queueName;

        public ServiceBusTriggerAttribute(string topicName, string subscriptionName) => (TopicName, SubscriptionName) = (topicName, subscriptionName);

        public string? QueueName { get; }

        public string? TopicName { get; }

        public string? SubscriptionName { get; }

        /// <summary>The setting that holds the connection string. Default: AzureWebJobsServiceBus.</summary>
        public string? Connection { get; set; }

        /// <summary>The parameter is an array. Default: false.</summary>
        public bool IsBatched { get; set; }

        /// <summary>Not written means: as host.json says (default: true). Reading it here gives false then.</summary>
        public bool AutoCompleteMessages { get; set; }

        Cardinality ISupportCardinality.Cardinality
        {
            get => IsBatched ? Cardinality.Many : Cardinality.One;
            set => IsBatched = value == Cardinality.Many;
        }
    }
}

namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions
{
    public enum Cardinality
    {
        Many = 0,
        One = 1,
    }

    public interface ISupportCardinality
    {
        Cardinality Cardinality { get; set; }
    }
}
