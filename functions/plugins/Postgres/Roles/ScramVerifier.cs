using System.Security.Cryptography;
using System.Text;

namespace Formae.Plugins.Postgres;

/// <summary>
/// What the server keeps of a password (RFC 5802, RFC 7677). It is made here, so that the password itself is in no statement and in no log of the server. Whoever has it can check a password, not log in with it.
/// </summary>
internal static class ScramVerifier
{
    private const string Scheme = "SCRAM-SHA-256";
    private const int Rounds = 4096;
    private const int SaltLength = 16;

    /// <exception cref="RefusedException">The password is empty, or has characters that are to be prepared first.</exception>
    public static string Of(string password) => Of(password, RandomNumberGenerator.GetBytes(SaltLength));

    public static string Of(string password, byte[] salt)
    {
        if (password.Length == 0)
            throw RefusedException.Invalid("'Password' is empty.");
        if (password.StartsWith($"{Scheme}$", StringComparison.Ordinal))
            return password;
        if (!IsPrepared(password))
            throw RefusedException.Invalid($"'Password' has characters that clients write in more than one way. Give its {Scheme} verifier in its place, as the client's own tools make it.");
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Rounds, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"{Scheme}${Rounds}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}";
    }

    /// <summary>
    /// Clients prepare what is typed in (RFC 4013) with the tables of Unicode, which this app does without. What they leave as it is passes: ASCII, and the letters of Western Europe.
    /// </summary>
    private static bool IsPrepared(string password) => password.All(letter => char.IsAscii(letter) || letter is >= '\u00C0' and <= '\u00FF');
}
