using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Plugins.AzureResources.Arm;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

[ResourceType("Azure::ServiceBus::Namespace", Identifier = nameof(Id), Parent = "Azure::Resources::ResourceGroup")]
[ParentProperty(nameof(AzureResources.Resources.ResourceGroup.Name), nameof(ResourceGroup))]
[ArmType("/resourceGroups/{ResourceGroup}/providers/Microsoft.ServiceBus/namespaces/{Name}", "2024-01-01")]
[Description("A Service Bus namespace. Its keys are never read.")]
public sealed record ServiceBusNamespace
{
    [CreateOnly, Description("6 to 50 letters, digits and hyphens, like no other namespace in Azure.")]
    public required string Name { get; init; }

    [CreateOnly, Description("The name of the group that holds it.")]
    public required string ResourceGroup { get; init; }

    [CreateOnly, Arm("location", IsLoose = true)]
    public required string Location { get; init; }

    [ProviderDefault, Arm("sku.name"), Description("Basic, Standard or Premium.")]
    public string? Sku { get; init; }

    [ProviderDefault, Arm("sku.capacity"), Description("Messaging units of a Premium namespace: 1, 2, 4, 8 or 16.")]
    public int? Capacity { get; init; }

    [CreateOnly, ProviderDefault, Arm("properties.zoneRedundant")]
    public bool? ZoneRedundant { get; init; }

    [ProviderDefault, Arm("properties.minimumTlsVersion"), Description("Such as 1.2.")]
    public string? MinimumTlsVersion { get; init; }

    [ProviderDefault, Arm("properties.disableLocalAuth"), Description("Whether only Entra ID is accepted, and no keys.")]
    public bool? DisableLocalAuth { get; init; }

    [ProviderDefault, Arm("properties.publicNetworkAccess"), Description("Enabled or Disabled.")]
    public string? PublicNetworkAccess { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly, Arm("properties.provisioningState")]
    public string? ProvisioningState { get; init; }

    [ReadOnly, Arm("properties.serviceBusEndpoint")]
    public string? Endpoint { get; init; }
}

internal sealed class ServiceBusNamespaceHandler(ArmConnections connections, TimeProvider time)
    : TypedHandler<ServiceBusNamespace>(connections, time, AzureJson.Default.ServiceBusNamespace);

[ResourceType("Azure::ServiceBus::Queue", Identifier = nameof(Id), Parent = "Azure::ServiceBus::Namespace")]
[ParentProperty(nameof(ServiceBusNamespace.ResourceGroup), nameof(ResourceGroup))]
[ParentProperty(nameof(ServiceBusNamespace.Name), nameof(Namespace))]
[ArmType("/resourceGroups/{ResourceGroup}/providers/Microsoft.ServiceBus/namespaces/{Namespace}/queues/{Name}", "2024-01-01", IsTagged = false)]
[Description("A queue of a Service Bus namespace.")]
public sealed record ServiceBusQueue
{
    [CreateOnly]
    public required string Name { get; init; }

    [CreateOnly, Description("The name of the group that holds the namespace.")]
    public required string ResourceGroup { get; init; }

    [CreateOnly, Description("The name of the namespace.")]
    public required string Namespace { get; init; }

    [ProviderDefault, Arm("properties.lockDuration"), Description("How long a message is locked, as an ISO 8601 duration up to PT5M.")]
    public string? LockDuration { get; init; }

    [ProviderDefault, Arm("properties.maxSizeInMegabytes"), Description("Of a partitioned queue the size of one of its 16 partitions.")]
    public int? MaxSizeInMegabytes { get; init; }

    [CreateOnly, ProviderDefault, Arm("properties.requiresDuplicateDetection")]
    public bool? RequiresDuplicateDetection { get; init; }

    [ProviderDefault, Arm("properties.duplicateDetectionHistoryTimeWindow"), Description("As an ISO 8601 duration.")]
    public string? DuplicateDetectionWindow { get; init; }

    [CreateOnly, ProviderDefault, Arm("properties.requiresSession")]
    public bool? RequiresSession { get; init; }

    [CreateOnly, ProviderDefault, Arm("properties.enablePartitioning")]
    public bool? EnablePartitioning { get; init; }

    [ProviderDefault, Arm("properties.defaultMessageTimeToLive"), Description("As an ISO 8601 duration.")]
    public string? DefaultMessageTimeToLive { get; init; }

    [ProviderDefault, Arm("properties.deadLetteringOnMessageExpiration")]
    public bool? DeadLetteringOnMessageExpiration { get; init; }

    [ProviderDefault, Arm("properties.maxDeliveryCount")]
    public int? MaxDeliveryCount { get; init; }

    [ProviderDefault, Arm("properties.forwardTo"), Description("The queue or topic that messages go on to.")]
    public string? ForwardTo { get; init; }

    [ProviderDefault, Arm("properties.forwardDeadLetteredMessagesTo")]
    public string? ForwardDeadLetteredMessagesTo { get; init; }

    [ReadOnly]
    public string? Id { get; init; }
}

internal sealed class ServiceBusQueueHandler(ArmConnections connections, TimeProvider time) : TypedHandler<ServiceBusQueue>(connections, time, AzureJson.Default.ServiceBusQueue)
{
    private const string Size = "maxSizeInMegabytes";
    private const int Partitions = 16;
    private const int Step = 1024;

    /// <summary>Of a partitioned queue the size of one partition is written, and that of all of them shown.</summary>
    protected override void Simplify(JsonObject live, JsonObject? known)
    {
        if (live["properties"] is JsonObject properties && properties["enablePartitioning"]?.GetValueKind() == JsonValueKind.True
            && properties[Size] is JsonValue size && size.TryGetValue<int>(out var shown) && shown % (Partitions * Step) == 0
            && (int?)known?[nameof(ServiceBusQueue.MaxSizeInMegabytes)] != shown)
            properties[Size] = shown / Partitions;
    }
}
