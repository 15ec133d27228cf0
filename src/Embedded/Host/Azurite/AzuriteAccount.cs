using System.Security.Cryptography;

namespace Formae.Embedded.Host;

/// <summary>The one account of an Azurite, which nobody else knows.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">Its key, a secret.</param>
internal sealed record AzuriteAccount(string Name, string Key)
{
    private const int KeyBytes = 64;

    /// <summary>As Azurite takes it, and as the file holds it.</summary>
    public string Text => $"{Name}:{Key}";

    /// <summary>The account in a file that the user alone can read; made once.</summary>
    public static AzuriteAccount In(string file)
    {
        if (File.Exists(file) && File.ReadAllText(file).Trim().Split(':') is [{ Length: > 0 } name, { Length: > 0 } key])
            return new AzuriteAccount(name, key);
        var account = new AzuriteAccount($"formae{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}", Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)));
        DataDirectory.WritePrivate(file, account.Text);
        return account;
    }
}
