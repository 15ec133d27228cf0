using Azure.Identity;
using Formae.Messaging.Payloads;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Messaging.KeyRing;

/// <summary>What an app does with the ring of keys that it shares.</summary>
public enum KeyRingRole
{
    /// <summary>Makes new keys before the old ones expire: the coordinator.</summary>
    Keeper,

    /// <summary>Takes the keys that are there. In Blob storage it makes none: it may only read. A folder has no keeper, and whoever needs a key first makes it.</summary>
    Reader,
}

/// <summary>The ring of keys that secrets are sealed with: the same for every app of one control plane.</summary>
public static class KeyRingServices
{
    /// <summary>A folder, or the connection string of a storage account. Not set, nor the endpoint: the user's own ring.</summary>
    public const string Place = "FormaeKeyRing";

    /// <summary>The blob endpoint of an account that the app's identity may use.</summary>
    public const string Endpoint = "FormaeKeyRing:blobServiceUri";

    /// <summary>The address of a key in a vault that closes the keys of the ring in Blob storage. Not set: they lie open there.</summary>
    public const string VaultKeyUri = "FormaeKeyRing:vaultKeyUri";

    /// <summary>What is sealed under one name is opened under the same.</summary>
    private const string Application = "formae";

    /// <summary>Adds data protection with the ring that the settings name.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message names it.</exception>
    public static IServiceCollection AddFormaeKeyRing(this IServiceCollection services, IConfiguration settings, KeyRingRole role)
    {
        if (Blobs(settings) is { } container)
            return services.AddFormaeKeyRing(container, settings[VaultKeyUri] is { Length: > 0 } address ? Vault(address) : null, role);
        var keys = services.AddDataProtection().SetApplicationName(Application);
        if (settings[Place] is { Length: > 0 } folder)
            keys.PersistKeysToFileSystem(new DirectoryInfo(folder));
        return services;
    }

    /// <summary>The ring in Blob storage, closed or open.</summary>
    internal static IServiceCollection AddFormaeKeyRing(this IServiceCollection services, BlobContainer container, VaultKey? vault, KeyRingRole role)
    {
        var keys = services.AddDataProtection().SetApplicationName(Application);
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new BlobKeyRing(container));
        if (role == KeyRingRole.Reader)
            keys.DisableAutomaticKeyGeneration();
        if (vault is not null)
        {
            services.AddSingleton(vault);
            services.Configure<KeyManagementOptions>(options => options.XmlEncryptor = new VaultEncryptor(vault));
        }

        return services;
    }

    private static BlobContainer? Blobs(IConfiguration settings)
    {
        if (settings[Endpoint] is { Length: > 0 } endpoint)
        {
            return Uri.TryCreate(endpoint, UriKind.Absolute, out var service)
                ? new BlobContainer(service, new DefaultAzureCredential(), BlobKeyRing.Container, "a key of the ring", new RingOptions())
                : throw new InvalidOperationException($"The setting FormaeKeyRing__blobServiceUri is '{endpoint}'; it is the blob endpoint of a storage account.");
        }

        if (settings[Place] is not { Length: > 0 } place || !BlobAccount.IsConnectionString(place))
            return null;
        try
        {
            return new BlobContainer(BlobAccount.Parse(place), BlobKeyRing.Container, "a key of the ring", new RingOptions());
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"The setting FormaeKeyRing is wrong: {e.Message}", e);
        }
    }

    private static VaultKey Vault(string address)
    {
        try
        {
            return new VaultKey(new Uri(address), new DefaultAzureCredential());
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"The setting FormaeKeyRing__vaultKeyUri is wrong: {e.Message}", e);
        }
    }
}
