using System.Text.Json.Serialization;
using Formae.Sdk;

namespace Formae.Plugins.AzureResources;

/// <summary>A target's config: whose subscription, where, and as whom.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AzureTarget
{
    /// <summary>The subscription that holds everything on this target.</summary>
    public string SubscriptionId { get; init; } = "";

    /// <summary>The tenant that is asked for tokens. Needed with a client secret; otherwise the credential's own.</summary>
    public string? TenantId { get; init; }

    /// <summary>The application that signs in; without a secret, the user-assigned identity.</summary>
    public string? ClientId { get; init; }

    /// <summary>The application's secret. None: the environment, a workload identity, a managed identity or a developer's sign-in.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Which cloud: <c>Public</c> (the default), <c>China</c> or <c>Government</c>.</summary>
    public string? Environment { get; init; }

    /// <summary>Another endpoint than the environment's, such as <c>http://127.0.0.1:5099</c> of a simulator. Nothing but loopback addresses may do without TLS.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whether a resource group is deleted although it holds resources, which go with it. Default false.</summary>
    public bool DeleteNonEmptyGroups { get; init; }

    /// <exception cref="TargetConfigException">A value is wrong.</exception>
    public static AzureTarget Of(OperationContext request)
    {
        var target = request.Target<AzureTarget>();
        if (!Guid.TryParse(target.SubscriptionId, out _))
            throw new TargetConfigException("The target needs a SubscriptionId that is a GUID.");
        if (target.ClientSecret is { Length: > 0 } && (string.IsNullOrEmpty(target.ClientId) || string.IsNullOrEmpty(target.TenantId)))
            throw new TargetConfigException("A target with a ClientSecret needs its ClientId and TenantId too.");
        if (target.Environment is not (null or "Public" or "China" or "Government"))
            throw new TargetConfigException($"The target's Environment is '{target.Environment}'; there are Public, China and Government.");
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
