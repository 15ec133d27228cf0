using System.Security.Cryptography;
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

    /// <summary>The digest by which a secret is stored and compared.</summary>
    public static string Digest(JsonElement value) => SecretValues.Digest(value);

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

    /// <summary>Seals every secret that stands in the open; what is hashed or sealed already stays. The very same element where there is none.</summary>
    public JsonElement Close(JsonElement properties, ResourceSchema? schema)
    {
        var hints = HintTree.Of(schema);
        return SecretValues.HoldsPlain(properties, hints) ? JsonText.Rewrite(properties, hints, Close) : properties;
    }

    /// <exception cref="CryptographicException">The envelope was altered, or closed with keys that this process does not have.</exception>
    public JsonElement Open(JsonElement envelope)
    {
        var text = envelope.GetProperty(Envelope.Sealed).GetString()!;
        return JsonElement.Parse(_protector.Unprotect(text));
    }

    private bool Close(JsonElement value, HintTree hints, PropertyPath? path, Utf8JsonWriter writer)
    {
        if (!SecretValues.IsSecret(value, hints) || Envelope.IsSealed(value) || Envelope.IsHashed(value) || Envelope.IsWithheld(value))
            return false;
        if (Envelope.IsReference(value) || Envelope.IsSource(value))
        {
            // Where it points is no secret; the value that a document may carry beside it is.
            writer.WriteStartObject();
            foreach (var property in value.EnumerateObject())
            {
                if (property.Name is not (Envelope.Value or Envelope.Applied))
                    property.WriteTo(writer);
            }

            writer.WriteEndObject();
            return true;
        }

        var isEnvelope = Envelope.IsValue(value);
        var closed = Seal(isEnvelope ? value.GetProperty(Envelope.Value) : value);
        writer.WriteStartObject();
        foreach (var property in closed.EnumerateObject())
            property.WriteTo(writer);
        if (isEnvelope && value.TryGetProperty(Envelope.Strategy, out var strategy))
        {
            writer.WritePropertyName(Envelope.Strategy);
            strategy.WriteTo(writer);
        }

        writer.WriteEndObject();
        return true;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class SecretJson : System.Text.Json.Serialization.JsonSerializerContext;
