using Formae.Plugins.AzureResources.Arm;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

[ResourceType("Azure::Storage::StorageAccount", Identifier = nameof(Id), Parent = "Azure::Resources::ResourceGroup")]
[ParentProperty(nameof(AzureResources.Resources.ResourceGroup.Name), nameof(ResourceGroup))]
[ArmType("/resourceGroups/{ResourceGroup}/providers/Microsoft.Storage/storageAccounts/{Name}", "2023-05-01", IsPatched = true)]
[Description("A storage account. Its keys are never read.")]
public sealed record StorageAccount
{
    [CreateOnly, Description("3 to 24 small letters and digits, like no other account in Azure.")]
    public required string Name { get; init; }

    [CreateOnly, Description("The name of the group that holds it.")]
    public required string ResourceGroup { get; init; }

    [CreateOnly, Arm("location", IsLoose = true)]
    public required string Location { get; init; }

    [Arm("sku.name", IsLoose = true), Description("How often and where it is kept, such as Standard_LRS or Standard_ZRS.")]
    public required string Sku { get; init; }

    [CreateOnly, Arm("kind", IsLoose = true), Description("StorageV2, BlobStorage, BlockBlobStorage or FileStorage.")]
    public required string Kind { get; init; }

    [ProviderDefault, Arm("properties.accessTier"), Description("Hot, Cool or Cold.")]
    public string? AccessTier { get; init; }

    [ProviderDefault, Arm("properties.allowBlobPublicAccess"), Description("Whether a container may be read by everybody.")]
    public bool? AllowBlobPublicAccess { get; init; }

    [ProviderDefault, Arm("properties.allowSharedKeyAccess"), Description("Whether keys and what is signed with them are accepted, beside Entra ID.")]
    public bool? AllowSharedKeyAccess { get; init; }

    [ProviderDefault, Arm("properties.supportsHttpsTrafficOnly")]
    public bool? HttpsOnly { get; init; }

    [ProviderDefault, Arm("properties.minimumTlsVersion"), Description("Such as TLS1_2.")]
    public string? MinimumTlsVersion { get; init; }

    [ProviderDefault, Arm("properties.publicNetworkAccess"), Description("Enabled or Disabled.")]
    public string? PublicNetworkAccess { get; init; }

    [CreateOnly, ProviderDefault, Arm("properties.isHnsEnabled"), Description("Whether it has directories (Data Lake Storage).")]
    public bool? HierarchicalNamespace { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly, Arm("properties.provisioningState")]
    public string? ProvisioningState { get; init; }

    [ReadOnly, Arm("properties.primaryEndpoints")]
    public StorageEndpoints? Endpoints { get; init; }
}

/// <summary>Where an account serves.</summary>
public sealed record StorageEndpoints
{
    public string? Blob { get; init; }

    public string? Queue { get; init; }

    public string? Table { get; init; }

    public string? File { get; init; }

    public string? Dfs { get; init; }

    public string? Web { get; init; }
}

internal sealed class StorageAccountHandler(ArmConnections connections, TimeProvider time) : TypedHandler<StorageAccount>(connections, time, AzureJson.Default.StorageAccount);
