using Azure.Core;
using Azure.Core.Pipeline;
using Formae.Plugins.AzureStorage.Accounts;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Transport;

/// <summary>Makes the client of a service for the target of a call.</summary>
internal sealed class StorageConnections(AccountEnvironment environment, IdentitySource identities, HttpPipelineTransport transport, TimeProvider time)
{
    /// <exception cref="TargetConfigException">The target's config is wrong; the operator answers <c>InvalidRequest</c>.</exception>
    public StorageClient Open(StorageService service, OperationContext request)
    {
        var account = StorageAccount.Of(request, environment);
        var endpoint = account.EndpointOf(service);

        // The control plane tries again, and knows when; a client that does so too would make ten tries out of one.
        var options = new Options { Transport = transport };
        options.Retry.MaxRetries = 0;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        options.Diagnostics.ApplicationId = "formae";
        var pipeline = HttpPipelineBuilder.Build(options, Authentication.Of(account.Credential, service, identities, time));
        return new StorageClient(service, endpoint, account.Credential.Secret, pipeline, time);
    }

    private sealed class Options : ClientOptions;
}
