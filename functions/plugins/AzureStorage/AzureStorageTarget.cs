using Formae.Sdk;

namespace Formae.Plugins.AzureStorage;

/// <summary>The config of a target of this plugin: which account, and how it is reached. Without a key and a token it is reached with the app's identity.</summary>
public sealed record AzureStorageTarget
{
    [Description("The account's name, such as mystorage. Needed unless the endpoints say it all; default: AZURE_STORAGE_ACCOUNT of the environment, where no endpoint is given.")]
    public string? AccountName { get; init; }

    [Description("Where blobs are, such as http://127.0.0.1:10000/devstoreaccount1. Default: that of the account in the cloud of EndpointSuffix. Where one endpoint is given, each that is used must be.")]
    public string? BlobEndpoint { get; init; }

    [Description("The same for queues.")]
    public string? QueueEndpoint { get; init; }

    [Description("The same for tables.")]
    public string? TableEndpoint { get; init; }

    [Description("The cloud that the account is in. Default core.windows.net.")]
    public string? EndpointSuffix { get; init; }

    [Opaque, OneOf("credential"), Description("One of the account's two keys, base64.")]
    public string? AccountKey { get; init; }

    [Opaque, OneOf("credential"), Description("A shared access signature of the account, with or without the ?.")]
    public string? SasToken { get; init; }

    [Description("The tenant that an identity is looked for in. Default: the environment's.")]
    public string? TenantId { get; init; }

    [Description("The client id of a user-assigned managed identity. Default: the system's, or the environment's.")]
    public string? ManagedIdentityClientId { get; init; }
}
