using Azure.Core;
using Azure.Core.Pipeline;

namespace Formae.Messaging.Tests.KeyRing;

/// <summary>Blob storage that refuses everything, each place with a status and a code.</summary>
internal sealed class PretendedBlobs(Func<Uri, (int Status, string Code)> refusal) : HttpPipelineTransport
{
    /// <summary>How often it was asked.</summary>
    public int Asked { get; private set; }

    public override Request CreateRequest() => new HttpClientTransport().CreateRequest();

    public override ValueTask ProcessAsync(HttpMessage message)
    {
        Process(message);
        return ValueTask.CompletedTask;
    }

    public override void Process(HttpMessage message)
    {
        Asked++;
        var (status, code) = refusal(message.Request.Uri.ToUri());
        message.Response = new PretendedVault.Answer("", status, code);
    }
}
