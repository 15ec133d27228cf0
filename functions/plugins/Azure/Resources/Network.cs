using System.Text.Json.Nodes;
using Formae.Plugins.AzureResources.Arm;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources.Resources;

[ResourceType("Azure::Network::VirtualNetwork", Identifier = nameof(Id), Parent = "Azure::Resources::ResourceGroup")]
[ParentProperty(nameof(AzureResources.Resources.ResourceGroup.Name), nameof(ResourceGroup))]
[ArmType("/resourceGroups/{ResourceGroup}/providers/Microsoft.Network/virtualNetworks/{Name}", "2024-05-01")]
[Description("A virtual network. Its subnets are resources of their own, and stay as they are when the network is changed.")]
public sealed record VirtualNetwork
{
    [CreateOnly]
    public required string Name { get; init; }

    [CreateOnly, Description("The name of the group that holds it.")]
    public required string ResourceGroup { get; init; }

    [CreateOnly, Arm("location", IsLoose = true)]
    public required string Location { get; init; }

    [Set, Arm("properties.addressSpace.addressPrefixes"), Description("Ranges such as 10.0.0.0/16.")]
    public required IReadOnlyList<string> AddressPrefixes { get; init; }

    [OrderedList, ProviderDefault, Arm("properties.dhcpOptions.dnsServers"), Description("Addresses of the name servers; none are Azure's own.")]
    public IReadOnlyList<string>? DnsServers { get; init; }

    [ProviderDefault, Arm("properties.enableDdosProtection")]
    public bool? EnableDdosProtection { get; init; }

    [KeyedSet(nameof(Tag.Key))]
    public IReadOnlyList<Tag>? Tags { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly, Arm("properties.provisioningState")]
    public string? ProvisioningState { get; init; }

    [ReadOnly, Arm("properties.resourceGuid")]
    public string? ResourceGuid { get; init; }
}

internal sealed class VirtualNetworkHandler(ArmConnections connections, TimeProvider time) : TypedHandler<VirtualNetwork>(connections, time, AzureJson.Default.VirtualNetwork);

[ResourceType("Azure::Network::Subnet", Identifier = nameof(Id), Parent = "Azure::Network::VirtualNetwork")]
[ParentProperty(nameof(AzureResources.Resources.VirtualNetwork.ResourceGroup), nameof(ResourceGroup))]
[ParentProperty(nameof(AzureResources.Resources.VirtualNetwork.Name), nameof(VirtualNetwork))]
[ArmType("/resourceGroups/{ResourceGroup}/providers/Microsoft.Network/virtualNetworks/{VirtualNetwork}/subnets/{Name}", "2024-05-01", IsTagged = false)]
[Description("A subnet of a virtual network.")]
public sealed record Subnet
{
    [CreateOnly]
    public required string Name { get; init; }

    [CreateOnly, Description("The name of the group that holds the network.")]
    public required string ResourceGroup { get; init; }

    [CreateOnly, Description("The name of the network.")]
    public required string VirtualNetwork { get; init; }

    [Arm("properties.addressPrefix"), Description("A range of the network's, such as 10.0.1.0/24.")]
    public required string AddressPrefix { get; init; }

    [ProviderDefault, Arm("properties.networkSecurityGroup.id", IsLoose = true)]
    public string? NetworkSecurityGroupId { get; init; }

    [ProviderDefault, Arm("properties.routeTable.id", IsLoose = true)]
    public string? RouteTableId { get; init; }

    [ProviderDefault, Arm("properties.natGateway.id", IsLoose = true)]
    public string? NatGatewayId { get; init; }

    [KeyedSet(nameof(ServiceEndpoint.Service)), ProviderDefault, Arm("properties.serviceEndpoints")]
    public IReadOnlyList<ServiceEndpoint>? ServiceEndpoints { get; init; }

    [KeyedSet(nameof(SubnetDelegation.Name)), ProviderDefault, Arm("properties.delegations"), Description("Which services may put their own things into it.")]
    public IReadOnlyList<SubnetDelegation>? Delegations { get; init; }

    [ProviderDefault, Arm("properties.privateEndpointNetworkPolicies"), Description("Enabled, Disabled, NetworkSecurityGroupEnabled or RouteTableEnabled.")]
    public string? PrivateEndpointNetworkPolicies { get; init; }

    [ProviderDefault, Arm("properties.defaultOutboundAccess")]
    public bool? DefaultOutboundAccess { get; init; }

    [ReadOnly]
    public string? Id { get; init; }

    [ReadOnly, Arm("properties.provisioningState")]
    public string? ProvisioningState { get; init; }
}

/// <summary>A service that is reached from the subnet by a way of its own.</summary>
public sealed record ServiceEndpoint
{
    [Description("Such as Microsoft.Storage.")]
    public required string Service { get; init; }
}

/// <summary>A service that may put its own things into the subnet.</summary>
public sealed record SubnetDelegation
{
    public required string Name { get; init; }

    [Arm("properties.serviceName"), Description("Such as Microsoft.App/environments.")]
    public required string ServiceName { get; init; }
}

internal sealed class SubnetHandler(ArmConnections connections, TimeProvider time) : TypedHandler<Subnet>(connections, time, AzureJson.Default.Subnet)
{
    private const string One = "addressPrefix";
    private const string Many = "addressPrefixes";

    /// <summary>Of newer subnets Azure shows a list of ranges, whether or not there are several. The first is that of the document.</summary>
    protected override void Simplify(JsonObject live, JsonObject? known)
    {
        if (live["properties"] is not JsonObject properties || properties[Many] is not JsonArray { Count: > 0 } ranges)
            return;
        properties[One] ??= ranges[0]?.DeepClone();
        if (ranges.Count == 1)
            properties.Remove(Many);
    }

    /// <summary>Where somebody has given it more ranges, those stay.</summary>
    protected override JsonObject Over(JsonObject live, JsonObject written)
    {
        var whole = base.Over(live, written);
        if (whole["properties"] is JsonObject properties && properties[Many] is JsonArray ranges && properties.Remove(One, out var first))
            ranges[0] = first;
        return whole;
    }
}
