using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Formae.Model;
using Microsoft.AspNetCore.DataProtection;

namespace Formae.Protocol.Secrets;

/// <summary>
/// Closes a secret for the way between intake, rows, messages and the plugin that needs it, and opens it there.
/// The keys are ASP.NET Core Data Protection's: a key ring that the coordinator and the plugin apps share.
/// </summary>
public sealed class SecretSeal(IDataProtectionProvider keys)
{
    private readonly IDataProtector _protector = keys.CreateProtector("Formae.Secrets.v1");

    /// <summary>The digest by which a secret is stored and compared: lower-case hex SHA-256 of its string form.</summary>
    public static string Digest(JsonElement value) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PlainText(value))));

    /// <summary>A <c>$sealed</c> envelope: protected JSON text and the digest.</summary>
    public JsonElement Seal(JsonElement value)
    {
        var envelope = new Dictionary<string, string>
        {
            [Envelope.Sealed] = _protector.Protect(value.GetRawText()),
            [Envelope.Digest] = Digest(value),
        };
        return JsonSerializer.SerializeToElement(envelope, SecretJson.Default.DictionaryStringString);
    }

    /// <exception cref="CryptographicException">The envelope was altered, or closed with keys that this process does not have.</exception>
    public JsonElement Open(JsonElement envelope)
    {
        var text = envelope.GetProperty(Envelope.Sealed).GetString()!;
        return JsonElement.Parse(_protector.Unprotect(text));
    }

    private static string PlainText(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class SecretJson : System.Text.Json.Serialization.JsonSerializerContext;
