using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace Formae.Embedded.Tables;

/// <summary>Signs each try of a request with the account's key, in the short form: the time and the place are signed.</summary>
internal sealed class SharedKeyLitePolicy(TableSharedKeyCredential credential) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        var date = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        request.Headers.SetValue("x-ms-date", date);
        var text = $"{date}\n/{credential.AccountName}{request.Uri.ToUri().AbsolutePath}";
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(credential.Key, Encoding.UTF8.GetBytes(text), signature);
        request.Headers.SetValue("Authorization", $"SharedKeyLite {credential.AccountName}:{Convert.ToBase64String(signature)}");
    }
}

/// <summary>Adds a shared access signature to a request's query.</summary>
internal sealed class SharedAccessPolicy(AzureSasCredential credential) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var uri = message.Request.Uri;
        var signature = credential.Signature.TrimStart('?');
        uri.Query = uri.Query is { Length: > 1 } query ? $"{query}&{signature}" : $"?{signature}";
    }
}
