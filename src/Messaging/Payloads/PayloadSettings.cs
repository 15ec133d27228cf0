using Azure.Identity;
using Microsoft.Extensions.Configuration;

namespace Formae.Messaging.Payloads;

/// <summary>Where the settings of an app say that payloads are left. All apps of one control plane say the same.</summary>
public static class PayloadSettings
{
    /// <summary>A folder, or the connection string of a storage account.</summary>
    public const string Place = "FormaePayloads";

    /// <summary>The blob endpoint of an account that the app's identity may use.</summary>
    public const string Endpoint = "FormaePayloads:blobServiceUri";

    /// <summary>Opens the store. Where nothing is set, it refuses whatever is left there.</summary>
    /// <exception cref="InvalidOperationException">The setting is wrong; the message names it.</exception>
    public static PayloadStore Open(IConfiguration settings)
    {
        if (settings[Endpoint] is { Length: > 0 } endpoint)
        {
            return Uri.TryCreate(endpoint, UriKind.Absolute, out var service)
                ? new BlobPayloads(service, new DefaultAzureCredential())
                : throw new InvalidOperationException($"The setting FormaePayloads__blobServiceUri is '{endpoint}'; it is the blob endpoint of a storage account.");
        }

        if (settings[Place] is not { Length: > 0 } place)
            return new NoPayloads();
        try
        {
            return BlobAccount.IsConnectionString(place) ? new BlobPayloads(place) : new FolderPayloads(place);
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"The setting FormaePayloads is wrong: {e.Message}", e);
        }
    }
}
