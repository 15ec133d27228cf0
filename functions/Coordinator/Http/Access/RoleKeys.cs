using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Formae.Coordinator.Http.Access;

/// <summary>Keys and their roles, known by their digests only.</summary>
internal sealed class RoleKeys
{
    private readonly IReadOnlyList<(byte[] Digest, Role Role, string Name)> _keys;

    public RoleKeys(AccessOptions options) => _keys =
    [
        .. from role in options.Keys
           from key in role.Value
           select (Convert.FromHexString(key.Value), Enum.Parse<Role>(role.Key, ignoreCase: true), key.Key.All(char.IsAsciiDigit) ? $"{role.Key.ToLowerInvariant()} key" : key.Key),
    ];

    /// <summary>The key of a request, where the platform looks for it; null when there is none.</summary>
    public static string? Given(HttpRequest request) =>
        (string?)request.Headers["x-functions-key"] is { Length: > 0 } header ? header : (string?)request.Query["code"] is { Length: > 0 } code ? code : null;

    /// <summary>Whose key it is; null for an unknown one. Every digest is compared, and each in constant time, so that the time taken tells nothing.</summary>
    public Caller? Find(string key)
    {
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        Caller? found = null;
        foreach (var (digest, role, name) in _keys)
        {
            if (CryptographicOperations.FixedTimeEquals(given, digest) && !(found?.Role >= role))
                found = new Caller($"key:{Convert.ToHexStringLower(given.AsSpan(0, 6))}", name, role);
        }

        return found;
    }
}
