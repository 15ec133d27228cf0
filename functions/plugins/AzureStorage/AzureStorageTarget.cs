namespace Formae.Plugins.AzureStorage;

/// <summary>The config of a target of this plugin: which account, and how it is reached. Without a key and a token it is reached with the app's identity.</summary>
public sealed record AzureStorageTarget
{
    /// <summary>The account's name, such as <c>mystorage</c>. Needed unless the endpoints say it all; default: AZURE_STORAGE_ACCOUNT of the environment, where no endpoint is given.</summary>
    public string? AccountName { get; init; }

    /// <summary>Where blobs are, such as <c>http://127.0.0.1:10000/devstoreaccount1</c>. Default: that of the account in the cloud of <see cref="EndpointSuffix"/>. Where one endpoint is given, each that is used must be.</summary>
    public string? BlobEndpoint { get; init; }

    /// <summary>The same for queues.</summary>
    public string? QueueEndpoint { get; init; }

    /// <summary>The same for tables.</summary>
    public string? TableEndpoint { get; init; }

    /// <summary>The cloud that the account is in. Default <c>core.windows.net</c>.</summary>
    public string? EndpointSuffix { get; init; }

    /// <summary>A secret: one of the account's two keys, base64.</summary>
    public string? AccountKey { get; init; }

    /// <summary>A secret: a shared access signature of the account, with or without the <c>?</c>.</summary>
    public string? SasToken { get; init; }

    /// <summary>The tenant that an identity is looked for in. Default: the environment's.</summary>
    public string? TenantId { get; init; }

    /// <summary>The client id of a user-assigned managed identity. Default: the system's, or the environment's.</summary>
    public string? ManagedIdentityClientId { get; init; }
}
