using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Formae.ArmSimulator;

/// <summary>How an operation goes on after its answer.</summary>
public enum AsyncStyle
{
    /// <summary>It does not: the answer is all.</summary>
    None,

    /// <summary>The header <c>Azure-AsyncOperation</c> names the status of the operation.</summary>
    AsyncOperation,

    /// <summary>202 and the header <c>Location</c>, which answers 202 until it is done.</summary>
    Location,

    /// <summary>The resource's own <c>provisioningState</c> tells.</summary>
    ProvisioningState,
}

/// <summary>What is particular about a type.</summary>
public sealed record TypeRules
{
    public AsyncStyle Put { get; init; }

    public AsyncStyle Delete { get; init; }

    /// <summary>Whether it has a location and tags.</summary>
    public bool IsTracked { get; init; } = true;

    /// <summary>Whether what has one must have one.</summary>
    public bool NeedsLocation { get; init; } = true;

    /// <summary>Whether an object of it can be patched; where not, 405.</summary>
    public bool CanPatch { get; init; } = true;

    /// <summary>Whether no more than the tags can be patched.</summary>
    public bool PatchesTagsOnly { get; init; }

    /// <summary>Whether it has an entity tag.</summary>
    public bool HasETag { get; init; } = true;

    /// <summary>What is there when it is left out.</summary>
    public string Defaults { get; init; } = "{}";

    /// <summary>What only the service sets, with NAME in the place of the name.</summary>
    public string Outputs { get; init; } = "{}";

    /// <summary>Members of <c>properties</c> that are taken and never shown.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>Whether an object that is being deleted says so; otherwise it shows the state of before until it is gone.</summary>
    public bool ShowsDeleting { get; init; } = true;

    /// <summary>Whether a partitioned object of it shows its <c>maxSizeInMegabytes</c> times its partitions.</summary>
    public bool ShowsSizeOfAllPartitions { get; init; }

    internal JsonObject DefaultBody => JsonNode.Parse(Defaults)!.AsObject();

    internal JsonObject OutputsOf(string name) => JsonNode.Parse(Outputs.Replace("NAME", name, StringComparison.Ordinal))!.AsObject();
}

/// <summary>The rules of types by their names; a test may set its own.</summary>
public sealed class TypeCatalog
{
    public const string Group = "Microsoft.Resources/resourceGroups";
    public const string Network = "Microsoft.Network/virtualNetworks";
    public const string Subnet = "Microsoft.Network/virtualNetworks/subnets";

    private static readonly TypeRules Unknown = new() { Put = AsyncStyle.AsyncOperation, Delete = AsyncStyle.AsyncOperation };

    private readonly ConcurrentDictionary<string, TypeRules> _rules = new(StringComparer.OrdinalIgnoreCase)
    {
        [Group] = new() { Delete = AsyncStyle.Location, PatchesTagsOnly = true, HasETag = false },
        ["Microsoft.Storage/storageAccounts"] = new()
        {
            Put = AsyncStyle.Location,
            HasETag = false,
            Defaults = """
                {"kind":"StorageV2","properties":{"accessTier":"Hot","allowBlobPublicAccess":false,"allowSharedKeyAccess":true,"minimumTlsVersion":"TLS1_0","supportsHttpsTrafficOnly":true,"publicNetworkAccess":"Enabled"}}
                """,
            Outputs = """
                {"sku":{"tier":"Standard"},"properties":{"primaryLocation":"westeurope","statusOfPrimary":"available","primaryEndpoints":{
                "blob":"https://NAME.blob.core.windows.net/","queue":"https://NAME.queue.core.windows.net/","table":"https://NAME.table.core.windows.net/","file":"https://NAME.file.core.windows.net/",
                "dfs":"https://NAME.dfs.core.windows.net/","web":"https://NAME.z6.web.core.windows.net/"}}}
                """,
        },
        [Network] = new()
        {
            Put = AsyncStyle.AsyncOperation,
            Delete = AsyncStyle.AsyncOperation,
            PatchesTagsOnly = true,
            Defaults = """{"properties":{"enableDdosProtection":false,"dhcpOptions":{"dnsServers":[]}}}""",
            Outputs = """{"properties":{"resourceGuid":"guid-of-NAME"}}""",
        },
        [Subnet] = new()
        {
            Put = AsyncStyle.AsyncOperation,
            Delete = AsyncStyle.Location,
            IsTracked = false,
            CanPatch = false,
            Defaults = """{"properties":{"privateEndpointNetworkPolicies":"Disabled","privateLinkServiceNetworkPolicies":"Enabled","defaultOutboundAccess":true,"serviceEndpoints":[],"delegations":[]}}""",
        },
        ["Microsoft.ServiceBus/namespaces"] = new()
        {
            Put = AsyncStyle.ProvisioningState,
            Delete = AsyncStyle.Location,
            Defaults = """{"sku":{"name":"Standard"},"properties":{"minimumTlsVersion":"1.2","disableLocalAuth":false,"publicNetworkAccess":"Enabled","zoneRedundant":true}}""",
            Outputs = """{"properties":{"serviceBusEndpoint":"https://NAME.servicebus.windows.net:443/","status":"Active"}}""",
        },
        ["Microsoft.ServiceBus/namespaces/queues"] = new()
        {
            ShowsSizeOfAllPartitions = true,
            IsTracked = false,
            CanPatch = false,
            Defaults = """
                {"properties":{"lockDuration":"PT1M","maxSizeInMegabytes":1024,"requiresDuplicateDetection":false,"requiresSession":false,"defaultMessageTimeToLive":"P10675199DT2H48M5.4775807S",
                "deadLetteringOnMessageExpiration":false,"duplicateDetectionHistoryTimeWindow":"PT10M","maxDeliveryCount":10,"enableBatchedOperations":true,"enablePartitioning":false,"status":"Active"}}
                """,
            Outputs = """{"properties":{"messageCount":0,"sizeInBytes":0}}""",
        },
        ["Microsoft.Web/sites"] = new()
        {
            HasETag = false,
            Defaults = """{"kind":"functionapp,linux","properties":{"httpsOnly":false,"publicNetworkAccess":"Enabled"}}""",
            Outputs = """{"properties":{"state":"Running","defaultHostName":"NAME.azurewebsites.net"}}""",
            Hidden = ["siteConfig"],
        },
        ["Microsoft.Web/serverfarms"] = new(),
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = new() { Outputs = """{"properties":{"principalId":"principal-of-NAME","clientId":"client-of-NAME"}}""" },
        ["Microsoft.Authorization/locks"] = new() { IsTracked = false, CanPatch = false },
    };

    public TypeRules this[string type]
    {
        get => _rules.GetValueOrDefault(type, Unknown);
        set => _rules[type] = value;
    }
}
