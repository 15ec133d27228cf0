using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Base64Url = System.Buffers.Text.Base64Url;

namespace Formae.Messaging.Tests.KeyRing;

/// <summary>A key vault with one key, by the protocol of the service.</summary>
internal sealed class PretendedVault : HttpPipelineTransport
{
    public const string Key = "https://vault.example.net/keys/ring";

    private readonly RSA _key = RSA.Create(2048);

    /// <summary>What it answers with in the place of an answer; 200 for none.</summary>
    public int Refusal { get; set; } = 200;

    /// <summary>What was asked for.</summary>
    public List<string> Asked { get; } = [];

    public override Request CreateRequest() => new HttpClientTransport().CreateRequest();

    public override ValueTask ProcessAsync(HttpMessage message)
    {
        Process(message);
        return ValueTask.CompletedTask;
    }

    public override void Process(HttpMessage message)
    {
        var place = message.Request.Uri.ToUri();
        Asked.Add(place.ToString());
        if (Refusal != 200)
        {
            message.Response = new Answer("{}", Refusal);
            return;
        }

        using var body = new MemoryStream();
        message.Request.Content!.WriteTo(body, CancellationToken.None);
        var call = JsonElement.Parse(Encoding.UTF8.GetString(body.ToArray()));
        Assert.Equal("RSA-OAEP-256", call.GetProperty("alg").GetString());
        Assert.Equal("?api-version=7.4", place.Query);
        var value = Base64Url.DecodeFromChars(call.GetProperty("value").GetString());
        var verb = place.Segments[^1];
        var result = verb switch
        {
            "wrapkey" => _key.Encrypt(value, RSAEncryptionPadding.OaepSHA256),
            "unwrapkey" => _key.Decrypt(value, RSAEncryptionPadding.OaepSHA256),
            _ => throw new InvalidOperationException(verb),
        };
        message.Response = new Answer($$"""{"kid":"{{Key}}/0123","value":"{{Base64Url.EncodeToString(result)}}"}""");
    }

    /// <summary>A credential that remembers what its tokens are for.</summary>
    public sealed class Identity : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext context, CancellationToken cancellationToken)
        {
            Scopes.AddRange(context.Scopes);
            return new AccessToken("token", DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext context, CancellationToken cancellationToken) => ValueTask.FromResult(GetToken(context, cancellationToken));
    }

    internal sealed class Answer(string content, int status = 200, string? code = null) : Azure.Response
    {
        public override int Status => status;

        public override string ReasonPhrase => status == 200 ? "OK" : "Forbidden";

        public override Stream? ContentStream { get; set; } = new MemoryStream(Encoding.UTF8.GetBytes(content));

        public override string ClientRequestId { get; set; } = "";

        public override void Dispose()
        {
        }

        protected override bool TryGetHeader(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => (value = name == "x-ms-error-code" ? code : null) is not null;

        protected override bool TryGetHeaderValues(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IEnumerable<string>? values) => (values = null) is not null;

        protected override bool ContainsHeader(string name) => false;

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => [];
    }
}
