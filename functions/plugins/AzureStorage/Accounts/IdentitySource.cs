using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;

namespace Formae.Plugins.AzureStorage.Accounts;

/// <summary>The identities of Entra ID: one for each tenant and client id, so that tokens are asked for once and kept.</summary>
internal class IdentitySource
{
    private readonly ConcurrentDictionary<StorageCredential.Identity, TokenCredential> _credentials = [];

    public TokenCredential Of(StorageCredential.Identity identity) => _credentials.GetOrAdd(identity, Make);

    protected virtual TokenCredential Make(StorageCredential.Identity identity)
    {
        var options = new DefaultAzureCredentialOptions();
        options.Retry.MaxRetries = 1;
        if (identity.Tenant is { } tenant)
            options.TenantId = tenant;
        if (identity.ManagedIdentity is { } client)
            options.ManagedIdentityClientId = client;
        return new DefaultAzureCredential(options);
    }
}
