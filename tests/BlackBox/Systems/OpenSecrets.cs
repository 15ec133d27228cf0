using System.Text;
using Formae.BlackBox.Tests.Scripts;

namespace Formae.BlackBox.Tests.Systems;

/// <summary>Looks through every file for the beginning that all planted secrets share, in the usual forms.</summary>
internal static class OpenSecrets
{
    private static readonly byte[][] Forms = [Encoding.UTF8.GetBytes(Content.SecretMark), Encoding.Unicode.GetBytes(Content.SecretMark), .. Base64(Content.SecretMark)];

    /// <param name="folder">Everything that a control plane keeps.</param>
    /// <param name="isCloud">The pretended cloud may know its secrets.</param>
    public static IReadOnlyList<string> In(string folder, Func<string, bool> isCloud) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !isCloud(file) && !file.EndsWith(".lock", StringComparison.Ordinal) && Holds(Read(file)))];

    private static bool Holds(byte[] bytes) => Forms.Any(form => bytes.AsSpan().IndexOf(form) >= 0);

    private static byte[] Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static IEnumerable<byte[]> Base64(string secret)
    {
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. Encoding.UTF8.GetBytes(secret)]).TrimEnd('=');
            yield return Encoding.UTF8.GetBytes(encoded[(before == 0 ? 0 : 4)..^2]);
        }
    }
}
