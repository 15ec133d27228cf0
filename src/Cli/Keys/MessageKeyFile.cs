using Formae.Cli.Up;
using Formae.Embedded.Host;
using Formae.Protocol.Bus;

namespace Formae.Cli.Keys;

/// <summary>The file of the keys that the apps of a control plane on this machine sign their messages with. It appears whole or not at all, and its owner alone reads it.</summary>
internal sealed class MessageKeyFile(string data)
{
    public string Path { get; } = System.IO.Path.Combine(data, "message.keys");

    /// <summary>Makes the first key, where there is none.</summary>
    public void Ensure(DateTimeOffset now)
    {
        if (!File.Exists(Path))
            DataDirectory.WritePrivate(Path, MessageKeyList.Rotate([], now));
    }

    /// <summary>Signs with a new key from now on; the old ones go on verifying for as long as a message of theirs may be on its way.</summary>
    /// <returns>The ids of all keys, the new one first.</returns>
    /// <exception cref="UpException">There is no such file, or it cannot be read or written; the message says why and holds no key.</exception>
    public IReadOnlyList<string> Rotate(DateTimeOffset now)
    {
        if (!File.Exists(Path))
            throw new UpException($"There are no keys to change: {Path} does not exist. 'formae up' makes it; --data names another folder.");
        try
        {
            // Two at once would each make a key, and one of them would be signed with and known to nobody.
            using var alone = new FileStream($"{Path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var rotated = MessageKeyList.Rotate(MessageKeyList.Parse(File.ReadAllText(Path), Path), now);
            DataDirectory.WritePrivate(Path, rotated);
            return [.. MessageKeyList.Parse(rotated, Path).Select(key => key.Id)];
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UpException($"The keys were not changed: {e.Message}", e);
        }
    }
}
