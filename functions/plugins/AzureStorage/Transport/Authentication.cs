using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Formae.Plugins.AzureStorage.Accounts;

namespace Formae.Plugins.AzureStorage.Transport;

/// <summary>How each request proves where it comes from. The three ways of the three services are all here.</summary>
internal static class Authentication
{
    public static HttpPipelinePolicy Of(StorageCredential credential, StorageService service, IdentitySource identities, TimeProvider time) => credential switch
    {
        StorageCredential.SharedKey key => new SharedKeyPolicy(key, service, time),
        StorageCredential.Signature signature => new SignaturePolicy(signature.Token),
        StorageCredential.Identity identity => identities.Of(identity),
        _ => throw new InvalidOperationException($"No policy knows {credential}."),
    };

    /// <summary>A shared access signature is part of each address.</summary>
    private sealed class SignaturePolicy(string token) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            var uri = message.Request.Uri;
            if (!uri.Query.Contains("sig=", StringComparison.Ordinal))
                uri.Query = uri.Query.Length > 1 ? $"{uri.Query}&{token}" : $"?{token}";
        }
    }

    /// <summary>Signs each try of a request with the key of the account: blobs and queues in one way, tables in a shorter one.</summary>
    private sealed class SharedKeyPolicy(StorageCredential.SharedKey credential, StorageService service, TimeProvider time) : HttpPipelineSynchronousPolicy
    {
        /// <summary>The headers that are signed by their place; those of the service itself are signed by their name.</summary>
        private static readonly string[] ByPlace =
            ["Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"];

        private readonly byte[] _key = Convert.FromBase64String(credential.Key);

        public override void OnSendingRequest(HttpMessage message)
        {
            var request = message.Request;
            request.Headers.SetValue("x-ms-date", time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture));
            var text = service == StorageService.Table ? TextOfTable(request) : TextOf(request);
            var signature = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text));
            request.Headers.SetValue("Authorization", $"SharedKey {credential.Account}:{Convert.ToBase64String(signature)}");
        }

        private string TextOf(Request request)
        {
            var text = new StringBuilder(request.Method.ToString()).Append('\n');
            foreach (var name in ByPlace)
                text.Append(ValueOf(request, name)).Append('\n');
            var own = request.Headers.Where(header => header.Name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
                .Select(header => (Name: header.Name.ToLowerInvariant(), Value: header.Value.Trim())).OrderBy(header => header.Name, StringComparer.Ordinal);
            foreach (var (name, value) in own)
                text.Append(name).Append(':').Append(value).Append('\n');
            var place = request.Uri.ToUri();
            text.Append('/').Append(credential.Account).Append(place.AbsolutePath);
            foreach (var (name, value) in QueryOf(place).OrderBy(pair => pair.Name, StringComparer.Ordinal))
                text.Append('\n').Append(name).Append(':').Append(value);
            return text.ToString();
        }

        private string TextOfTable(Request request)
        {
            var place = request.Uri.ToUri();
            var text = new StringBuilder(request.Method.ToString()).Append('\n');
            foreach (var name in (ReadOnlySpan<string>)["Content-MD5", "Content-Type", "x-ms-date"])
                text.Append(ValueOf(request, name)).Append('\n');
            text.Append('/').Append(credential.Account).Append(place.AbsolutePath);
            foreach (var (_, value) in QueryOf(place).Where(pair => pair.Name == "comp"))
                text.Append("?comp=").Append(value);
            return text.ToString();
        }

        private static IEnumerable<(string Name, string Value)> QueryOf(Uri place) => place.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).Select(pair => (Uri.UnescapeDataString(pair[0]).ToLowerInvariant(), pair.Length == 2 ? Uri.UnescapeDataString(pair[1]) : ""));

        private static string ValueOf(Request request, string name)
        {
            if (name == "Content-Length")
                return request.Content is { } content && content.TryComputeLength(out var length) && length > 0 ? length.ToString(CultureInfo.InvariantCulture) : "";
            return request.Headers.TryGetValue(name, out var value) ? value : "";
        }
    }
}
