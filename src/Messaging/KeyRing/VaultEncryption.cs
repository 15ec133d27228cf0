using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Messaging.KeyRing;

/// <summary>Closes a key of the ring with AES-256-GCM and a key of its own, and that one with the key in the vault: who has the container alone has nothing.</summary>
internal sealed class VaultEncryptor(VaultKey vault) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var tag = new byte[AesGcm.TagByteSizes.MaxSize];
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var closed = new byte[plain.Length];
        try
        {
            using var aes = new AesGcm(key, tag.Length);
            aes.Encrypt(nonce, plain, closed, tag);
            var (closedKey, version) = vault.Close(key);
            return new EncryptedXmlInfo(
                new XElement(
                    VaultDecryptor.Element,
                    new XComment(" This key is closed with one in a key vault. "),
                    new XElement("vaultKey", version.AbsoluteUri),
                    new XElement("key", Convert.ToBase64String(closedKey)),
                    new XElement("nonce", Convert.ToBase64String(nonce)),
                    new XElement("tag", Convert.ToBase64String(tag)),
                    new XElement("value", Convert.ToBase64String(closed))),
                typeof(VaultDecryptor));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}

/// <summary>Opens what <see cref="VaultEncryptor"/> has closed. The framework makes it by the name that stands in the ring.</summary>
internal sealed class VaultDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public const string Element = "closedByVault";

    public XElement Decrypt(XElement encryptedElement)
    {
        var vault = services.GetService<VaultKey>()
            ?? throw new InvalidOperationException("The ring of keys is closed with a key in a vault: set FormaeKeyRing__vaultKeyUri to the key's address.");
        var key = vault.Open(BytesOf("key"), TextOf("vaultKey"));
        var closed = BytesOf("value");
        var plain = new byte[closed.Length];
        try
        {
            var tag = BytesOf("tag");
            using var aes = new AesGcm(key, tag.Length);
            aes.Decrypt(BytesOf("nonce"), closed, tag, plain);
            return XElement.Parse(Encoding.UTF8.GetString(plain));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(plain);
        }

        string TextOf(string name) => encryptedElement.Element(name)?.Value ?? throw new InvalidDataException($"A key of the ring has no '{name}'.");
        byte[] BytesOf(string name) => Convert.FromBase64String(TextOf(name));
    }
}
