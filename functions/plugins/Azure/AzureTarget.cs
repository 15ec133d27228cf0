using System.Text.Json.Serialization;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources;

/// <summary>A target's config: whose subscription, where, and as whom.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AzureTarget
{
    [RequiredOnCreate, Description("The subscription that holds everything on this target.")]
    public string SubscriptionId { get; init; } = "";

    [Description("The tenant that is asked for tokens. Needed with a client secret; otherwise the credential's own.")]
    public string? TenantId { get; init; }

    [Description("The application that signs in; without a secret, the user-assigned identity.")]
    public string? ClientId { get; init; }

    [Opaque, Description("The application's secret. None: the environment, a workload identity, a managed identity or a developer's sign-in.")]
    public string? ClientSecret { get; init; }

    [Description("Which cloud. Default Public.")]
    public AzureCloud? Environment { get; init; }

    [Description("Another endpoint than the environment's, such as http://127.0.0.1:5099 of a simulator. Nothing but loopback addresses may do without TLS.")]
    public string? Endpoint { get; init; }

    [Description("Whether a resource group is deleted although it holds resources, which go with it. Default false.")]
    public bool DeleteNonEmptyGroups { get; init; }

    /// <exception cref="TargetConfigException">A value is wrong.</exception>
    public static AzureTarget Of(OperationContext request)
    {
        var target = request.Target<AzureTarget>();
        if (!Guid.TryParse(target.SubscriptionId, out _))
            throw new TargetConfigException("The target needs a SubscriptionId that is a GUID.");
        if (target.ClientSecret is { Length: > 0 } && (string.IsNullOrEmpty(target.ClientId) || string.IsNullOrEmpty(target.TenantId)))
            throw new TargetConfigException("A target with a ClientSecret needs its ClientId and TenantId too.");
        if (target.Endpoint is { } endpoint && !IsHost(endpoint))
            throw new TargetConfigException("The target's Endpoint must be an https address, or an http address of this machine, without a user, a path or a query.");
        return target;
    }

    // The address is what a token is asked for: nothing in it may be taken for the name of somebody else.
    private static bool IsHost(string endpoint) => Uri.TryCreate(endpoint, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address is { Scheme: "http", IsLoopback: true })
        && address is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" };

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"subscription {SubscriptionId}";
}

/// <summary>The clouds of Azure, which know nothing of each other.</summary>
public enum AzureCloud
{
    Public,
    China,
    Government,
}
