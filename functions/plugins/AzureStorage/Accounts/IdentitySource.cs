using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Formae.Plugins.AzureStorage.Accounts;

/// <summary>The identities of Entra ID: one policy for each tenant and client id, which asks for a token once and keeps it. Not every credential keeps its own.</summary>
internal class IdentitySource
{
    private const string Scope = "https://storage.azure.com/.default";

    private readonly ConcurrentDictionary<StorageCredential.Identity, HttpPipelinePolicy> _policies = [];

    public HttpPipelinePolicy Of(StorageCredential.Identity identity) => _policies.GetOrAdd(identity, one => new BearerTokenAuthenticationPolicy(Make(one), Scope));

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
