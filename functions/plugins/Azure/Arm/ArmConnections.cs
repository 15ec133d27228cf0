using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.ResourceManager;

namespace Formae.Plugins.AzureResources.Arm;

/// <summary>A pipeline for each target, kept because tokens and connections are worth keeping, and the turns of all.</summary>
internal sealed class ArmConnections(TimeProvider time)
{
    private const int Most = 100;

    private readonly ConcurrentDictionary<AzureTarget, ArmConnection> _connections = new();

    /// <summary>When those may come again that were turned away.</summary>
    public Turns Turns { get; } = new(time);

    public ArmConnection Of(AzureTarget target)
    {
        // Configs change when secrets do; those of before are not needed any more.
        if (_connections.Count > Most)
            _connections.Clear();
        return _connections.GetOrAdd(target, Open);
    }

    /// <summary>Where to ask, and what for a token is asked: for the host that gets it and for no other, so that one for Azure never leaves for somebody else.</summary>
    internal static ArmEnvironment EnvironmentOf(AzureTarget target)
    {
        if (target.Endpoint is { } endpoint)
            return new ArmEnvironment(new Uri(endpoint), new Uri(endpoint).GetLeftPart(UriPartial.Authority));
        return target.Environment switch
        {
            AzureCloud.China => ArmEnvironment.AzureChina,
            AzureCloud.Government => ArmEnvironment.AzureGovernment,
            _ => ArmEnvironment.AzurePublicCloud,
        };
    }

    private static ArmConnection Open(AzureTarget target)
    {
        var environment = EnvironmentOf(target);

        // The engine decides on retries, and the operation has a deadline of its own.
        var options = new ArmClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(50) }, Diagnostics = { ApplicationId = "formae", IsLoggingContentEnabled = false } };
        var isLoopback = environment.Endpoint.IsLoopback;
        if (isLoopback)
            options.Transport = new HttpClientTransport(new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan });
        HttpPipelinePolicy authentication = isLoopback ? new NoCredential() : new BearerTokenAuthenticationPolicy(CredentialOf(target), environment.DefaultScope);
        return new ArmConnection(HttpPipelineBuilder.Build(options, authentication), environment.Endpoint, target.SubscriptionId);
    }

    private static TokenCredential CredentialOf(AzureTarget target)
    {
        var authority = target.Environment switch
        {
            AzureCloud.China => AzureAuthorityHosts.AzureChina,
            AzureCloud.Government => AzureAuthorityHosts.AzureGovernment,
            _ => AzureAuthorityHosts.AzurePublicCloud,
        };
        if (target.ClientSecret is { Length: > 0 } secret)
            return new ClientSecretCredential(target.TenantId, target.ClientId, secret, new ClientSecretCredentialOptions { AuthorityHost = authority, Retry = { MaxRetries = 1 } });
        return new DefaultAzureCredential(OptionsOf(target, authority));
    }

    /// <summary>What the target does not name stays what the host's environment names: null in its place would be the system-assigned identity.</summary>
    internal static DefaultAzureCredentialOptions OptionsOf(AzureTarget target, Uri authority)
    {
        var options = new DefaultAzureCredentialOptions { AuthorityHost = authority, Retry = { MaxRetries = 1 } };
        if (target.TenantId is { Length: > 0 } tenant)
            options.TenantId = tenant;
        if (target.ClientId is { Length: > 0 } client)
        {
            options.ManagedIdentityClientId = client;
            options.WorkloadIdentityClientId = client;
        }

        return options;
    }

    /// <summary>A simulator on this machine asks for a token and believes any; a real one never leaves for it.</summary>
    private sealed class NoCredential : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) => message.Request.Headers.SetValue(HttpHeader.Names.Authorization, "Bearer none");
    }
}
