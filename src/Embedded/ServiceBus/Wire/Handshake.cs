using System.Security.Cryptography;

namespace Formae.Embedded.ServiceBus;

/// <summary>
/// Both sides prove that they know the shared key without sending it: each answers the other's nonce with a MAC over both nonces.
/// The client's proof keeps strangers out; the broker's keeps a stranger who sits on the port from being handed messages.
/// </summary>
internal static class Handshake
{
    public const int NonceSize = 32;

    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(NonceSize);

    public static byte[] ClientProof(byte[] key, ReadOnlySpan<byte> brokerNonce, ReadOnlySpan<byte> clientNonce) => Mac(key, "client"u8, brokerNonce, clientNonce);

    public static byte[] BrokerProof(byte[] key, ReadOnlySpan<byte> brokerNonce, ReadOnlySpan<byte> clientNonce) => Mac(key, "broker"u8, brokerNonce, clientNonce);

    public static bool Matches(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> expected) => CryptographicOperations.FixedTimeEquals(proof, expected);

    private static byte[] Mac(byte[] key, ReadOnlySpan<byte> role, ReadOnlySpan<byte> brokerNonce, ReadOnlySpan<byte> clientNonce)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        mac.AppendData("formae bus 1 "u8);
        mac.AppendData(role);
        mac.AppendData(brokerNonce);
        mac.AppendData(clientNonce);
        return mac.GetHashAndReset();
    }
}
