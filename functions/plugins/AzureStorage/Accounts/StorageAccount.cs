using System.Text.RegularExpressions;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Accounts;

/// <summary>What a target's config comes to: the endpoints and the credential of one account.</summary>
internal sealed partial record StorageAccount
{
    private const string PublicCloud = "core.windows.net";

    /// <summary>Of accounts with Azure DNS zone endpoints, such as <c>mystorage.z01.blob.storage.azure.net</c>.</summary>
    private const string ZonesCloud = "storage.azure.net";

    private static readonly string[] Clouds = [PublicCloud, "core.chinacloudapi.cn", "core.usgovcloudapi.net"];

    private static readonly string[] Known = [.. typeof(AzureStorageTarget).GetProperties().Select(property => property.Name)];

    private readonly AzureStorageTarget _target;

    private StorageAccount(string? name, StorageCredential credential, AzureStorageTarget target) => (Name, Credential, _target) = (name, credential, target);

    public string? Name { get; }

    public StorageCredential Credential { get; }

    /// <exception cref="TargetConfigException">The config says too little, too much or nonsense.</exception>
    public static StorageAccount Of(OperationContext request, AccountEnvironment environment)
    {
        // A misspelt AccountKey must not end in a try with whatever identity the app has.
        foreach (var member in request.TargetConfig.EnumerateObject())
        {
            if (!Known.Contains(member.Name))
                throw new TargetConfigException($"The target's config has '{member.Name}', which is unknown; known are {string.Join(", ", Known)}.");
        }

        return Of(request.Target<AzureStorageTarget>(), environment);
    }

    /// <exception cref="TargetConfigException">The config says too little, too much or nonsense.</exception>
    public static StorageAccount Of(AzureStorageTarget target, AccountEnvironment environment)
    {
        var hasEndpoints = target.BlobEndpoint is not null || target.QueueEndpoint is not null || target.TableEndpoint is not null;
        var name = target.AccountName ?? (hasEndpoints ? null : environment.Account);
        if (name is null && !hasEndpoints)
            throw new TargetConfigException($"The target's config names no account: give AccountName, or the endpoints, or set {AccountEnvironment.AccountVariable} for the plugin.");
        if (name is not null && !hasEndpoints && !AccountName().IsMatch(name))
            throw new TargetConfigException($"The target's AccountName '{name}' must be 3 to 24 lower-case letters and digits.");
        if (target is { EndpointSuffix: not null } && hasEndpoints)
            throw new TargetConfigException("The target's config has either endpoints or an EndpointSuffix, not both.");
        return new StorageAccount(name, CredentialOf(target, name, environment), target);
    }

    /// <exception cref="TargetConfigException">The config names other endpoints but not this one, or one that is no address.</exception>
    public Uri EndpointOf(StorageService service)
    {
        var (given, property) = service switch
        {
            StorageService.Blob => (_target.BlobEndpoint, nameof(AzureStorageTarget.BlobEndpoint)),
            StorageService.Queue => (_target.QueueEndpoint, nameof(AzureStorageTarget.QueueEndpoint)),
            _ => (_target.TableEndpoint, nameof(AzureStorageTarget.TableEndpoint)),
        };
        if (given is null && (_target.BlobEndpoint ?? _target.QueueEndpoint ?? _target.TableEndpoint) is not null)
            throw new TargetConfigException($"The target's config names endpoints, but no {property}, which this type needs.");
        var text = given ?? $"https://{Name}.{NameOf(service)}.{_target.EndpointSuffix ?? PublicCloud}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("https" or "http") || endpoint is not { Query: "", Fragment: "", UserInfo: "" })
            throw new TargetConfigException($"The target's {property} must be an address such as https://mystorage.blob.core.windows.net, without a query.");

        // Who writes a document must not learn by it what the plugin's environment knows: that goes to nobody but Azure.
        if ((_target.AccountKey ?? _target.SasToken) is null && !IsAccountsOwn(endpoint, service))
        {
            throw new TargetConfigException(
                $"The target's {(given is null ? nameof(AzureStorageTarget.EndpointSuffix) : property)} is not the account's own address, such as https://{Name ?? "mystorage"}.{NameOf(service)}.{PublicCloud}; "
                + "neither a secret of the plugin's environment nor its identity is sent anywhere else. Give an AccountKey or a SasToken in the target's config.");
        }

        return new Uri(endpoint.AbsoluteUri.TrimEnd('/'));
    }

    /// <summary>Whether it is the account's, in one of the clouds or one of the DNS zones. An account that the config does not name is that of the host.</summary>
    private bool IsAccountsOwn(Uri endpoint, StorageService service)
    {
        var labels = endpoint.Host.Split('.');
        var account = $"{Name ?? labels[0]}.";
        var zone = labels.Length > 1 && DnsZone().IsMatch(labels[1]) ? labels[1] : null;
        return endpoint.Scheme == Uri.UriSchemeHttps
            && (Clouds.Any(cloud => endpoint.Host == $"{account}{NameOf(service)}.{cloud}") || zone is not null && endpoint.Host == $"{account}{zone}.{NameOf(service)}.{ZonesCloud}");
    }

    private static string NameOf(StorageService service) => service.ToString().ToLowerInvariant();

    private static StorageCredential CredentialOf(AzureStorageTarget target, string? name, AccountEnvironment environment)
    {
        if (target is { AccountKey: not null, SasToken: not null })
            throw new TargetConfigException("The target's config has either an AccountKey or a SasToken, not both.");
        var wantsIdentity = target.TenantId is not null || target.ManagedIdentityClientId is not null;
        if (wantsIdentity && (target.AccountKey ?? target.SasToken) is not null)
            throw new TargetConfigException("The target's config names an identity, and an AccountKey or a SasToken too: which of them?");
        if (target.AccountKey is { } key)
            return KeyOf(name, key, "The target's AccountKey");
        if (target.SasToken is { } token)
            return SignatureOf(token, "The target's SasToken");
        if (!wantsIdentity && environment.Account is not null && environment.Account == name)
        {
            if (environment.Key is { } otherKey)
                return KeyOf(name, otherKey, AccountEnvironment.KeyVariable);
            if (environment.SasToken is { } otherToken)
                return SignatureOf(otherToken, AccountEnvironment.SasVariable);
        }

        return new StorageCredential.Identity(target.TenantId, target.ManagedIdentityClientId);
    }

    private static StorageCredential.SharedKey KeyOf(string? name, string key, string where)
    {
        if (name is null)
            throw new TargetConfigException($"{where} needs the AccountName, which is part of what is signed.");
        return Convert.TryFromBase64String(key, new byte[key.Length], out var length) && length > 0
            ? new StorageCredential.SharedKey(name, key)
            : throw new TargetConfigException($"{where} is no key: it must be base64.");
    }

    private static StorageCredential.Signature SignatureOf(string token, string where)
    {
        var plain = token.TrimStart('?');
        return plain.Split('&').Any(part => part.StartsWith("sig=", StringComparison.Ordinal)) && !plain.Any(char.IsWhiteSpace)
            ? new StorageCredential.Signature(plain)
            : throw new TargetConfigException($"{where} is no shared access signature: it must have a part 'sig='.");
    }

    [GeneratedRegex("^z[0-9]{2}$")]
    private static partial Regex DnsZone();

    [GeneratedRegex("^[a-z0-9]{3,24}$")]
    private static partial Regex AccountName();
}
