using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Queues;

[ResourceType("AzureStorage::Queue::Queue", Identifier = nameof(Name), Portable = true)]
[Description("A queue. Deleting it deletes the messages in it.")]
public sealed record StorageQueue
{
    [CreateOnly, Description("3 to 63 lower-case letters, digits and single hyphens.")]
    public required string Name { get; init; }

    [Description("Texts by names of lower-case letters, digits and underscores.")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    [ReadOnly, Description("The address of the queue.")]
    public string? Url { get; init; }
}
