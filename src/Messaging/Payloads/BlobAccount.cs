using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Formae.Messaging.Payloads;

/// <summary>A storage account and its key.</summary>
internal sealed record BlobAccount(string Name, byte[] Key, Uri Service)
{
    /// <summary>The account of the emulator. Its key is the same everywhere, and no secret.</summary>
    private const string Development = "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1";

    /// <summary>Whether a text is meant for one; else it is a folder.</summary>
    public static bool IsConnectionString(string text) =>
        text.Contains("AccountName=", StringComparison.OrdinalIgnoreCase) || text.Contains("UseDevelopmentStorage=", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FormatException">It is no connection string of an account; the message says why, without the key.</exception>
    public static BlobAccount Parse(string connectionString)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2) is not [var name, var value])
                throw new FormatException("A part of the connection string has no '='.");
            parts[name] = value;
        }

        if (parts.GetValueOrDefault("UseDevelopmentStorage") is { } development)
            return development.Equals("true", StringComparison.OrdinalIgnoreCase) ? Parse(Development) : throw new FormatException("UseDevelopmentStorage is 'true', or not there.");
        var account = parts.GetValueOrDefault("AccountName") ?? throw new FormatException("The connection string has no AccountName.");
        var key = parts.GetValueOrDefault("AccountKey") ?? throw new FormatException("The connection string has no AccountKey; to use an app's identity, name the endpoint instead.");
        var endpoint = parts.GetValueOrDefault("BlobEndpoint")
            ?? $"{parts.GetValueOrDefault("DefaultEndpointsProtocol") ?? "https"}://{account}.blob.{parts.GetValueOrDefault("EndpointSuffix") ?? "core.windows.net"}";
        var bytes = new byte[key.Length];
        if (!Convert.TryFromBase64String(key, bytes, out var length))
            throw new FormatException("The AccountKey of the connection string is not base64.");
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var service)
            ? new BlobAccount(account, bytes[..length], service)
            : throw new FormatException($"The BlobEndpoint '{endpoint}' is no address.");
    }
}

/// <summary>Signs each try of a request with the key of the account.</summary>
internal sealed class SharedKeyPolicy(BlobAccount account) : HttpPipelineSynchronousPolicy
{
    /// <summary>The headers that are signed by their place; those of the service itself are signed by their name.</summary>
    private static readonly string[] Signed =
        ["Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"];

    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        request.Headers.SetValue("x-ms-date", DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture));
        var signature = HMACSHA256.HashData(account.Key, Encoding.UTF8.GetBytes(TextOf(request)));
        request.Headers.SetValue("Authorization", $"SharedKey {account.Name}:{Convert.ToBase64String(signature)}");
    }

    private string TextOf(Request request)
    {
        var text = new StringBuilder(request.Method.ToString()).Append('\n');
        foreach (var name in Signed)
            text.Append(ValueOf(request, name)).Append('\n');
        foreach (var header in request.Headers.Where(header => header.Name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase)).OrderBy(header => header.Name.ToLowerInvariant(), StringComparer.Ordinal))
            text.Append(header.Name.ToLowerInvariant()).Append(':').Append(header.Value.Trim()).Append('\n');
        var place = request.Uri.ToUri();
        text.Append('/').Append(account.Name).Append(place.AbsolutePath);
        var query = place.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).OrderBy(pair => pair[0], StringComparer.Ordinal);
        foreach (var pair in query)
            text.Append('\n').Append(pair[0].ToLowerInvariant()).Append(':').Append(Uri.UnescapeDataString(pair[^1]));
        return text.ToString();
    }

    private static string ValueOf(Request request, string name)
    {
        if (name == "Content-Length")
            return request.Content is { } content && content.TryComputeLength(out var length) && length > 0 ? length.ToString(CultureInfo.InvariantCulture) : "";
        return request.Headers.TryGetValue(name, out var value) ? value : "";
    }
}
