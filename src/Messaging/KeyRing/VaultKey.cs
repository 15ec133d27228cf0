using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Formae.Messaging.KeyRing;

/// <summary>A key in a key vault that closes small keys and opens them again; it never leaves the vault.</summary>
internal sealed class VaultKey
{
    private const string ProtocolVersion = "7.4";
    private const string Algorithm = "RSA-OAEP-256";

    private readonly Uri _key;
    private readonly HttpPipeline _pipeline;

    /// <param name="key">The key's address: <c>https://VAULT.vault.azure.net/keys/NAME</c>, with or without a version.</param>
    /// <param name="credential">The identity; it needs the role Key Vault Crypto Service Encryption User.</param>
    /// <param name="transport">How requests travel; null: over HTTP.</param>
    public VaultKey(Uri key, TokenCredential credential, HttpPipelineTransport? transport = null)
    {
        if (key.Scheme != Uri.UriSchemeHttps || key.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries) is not (["keys", _] or ["keys", _, _]) || key.Host.IndexOf('.') is not (> 0 and var dot))
            throw new FormatException($"'{key}' is not the address of a key in a vault, such as https://VAULT.vault.azure.net/keys/NAME.");
        _key = key;
        var options = new RingOptions();
        if (transport is not null)
            options.Transport = transport;

        // The scope is the domain of all vaults: https://vault.azure.net, or that of a national cloud.
        _pipeline = HttpPipelineBuilder.Build(options, new BearerTokenAuthenticationPolicy(credential, $"https://{key.Host[(dot + 1)..]}/.default"));
    }

    /// <returns>The closed key, and the address of the version that closed it.</returns>
    public (byte[] Closed, Uri Version) Close(ReadOnlySpan<byte> key)
    {
        var answer = Call(_key, "wrapkey", key);
        return (Bytes(answer), Own(answer.GetProperty("kid").GetString()));
    }

    /// <exception cref="InvalidDataException">It was closed by another key than this one.</exception>
    public byte[] Open(ReadOnlySpan<byte> closed, string version) => Bytes(Call(Own(version), "unwrapkey", closed));

    /// <summary>The address comes out of the ring: nobody who writes there may send our token to another place.</summary>
    private Uri Own(string? version) =>
        Uri.TryCreate(version, UriKind.Absolute, out var address) && address.Scheme == _key.Scheme && address.Authority == _key.Authority
        && address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["keys", var name, _] && name == _key.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries)[1]
            ? address
            : throw new InvalidDataException($"The ring of keys was closed by '{version}', which is no version of the key {_key}.");

    private JsonElement Call(Uri key, string verb, ReadOnlySpan<byte> value)
    {
        using var message = _pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Post;
        message.Request.Uri.Reset(new Uri($"{key.AbsoluteUri.TrimEnd('/')}/{verb}?api-version={ProtocolVersion}"));
        message.Request.Headers.Add("Content-Type", "application/json");
        message.Request.Content = RequestContent.Create(BinaryData.FromString($$"""{"alg":"{{Algorithm}}","value":"{{Base64Url(value)}}"}"""));
        _pipeline.Send(message, CancellationToken.None);
        var answer = message.Response;
        if (answer.Status != 200)
            throw new RequestFailedException(answer.Status, $"The key vault refused {verb} with {key}: {answer.Status} {answer.ReasonPhrase}.");
        return JsonElement.Parse(answer.Content.ToString());
    }

    private static byte[] Bytes(JsonElement answer) => System.Buffers.Text.Base64Url.DecodeFromChars(answer.GetProperty("value").GetString());

    private static string Base64Url(ReadOnlySpan<byte> value) => System.Buffers.Text.Base64Url.EncodeToString(value);
}
