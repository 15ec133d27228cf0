using Formae.Protocol.Bus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Formae.Messaging.Keys;

/// <summary>The keys of this control plane: the first one signs, all of them verify. Every app has the same.</summary>
public abstract class MessageKeys
{
    /// <summary>The setting with the keys themselves; on Azure a reference to a key vault.</summary>
    public const string KeysSetting = "FormaeMessageKeys";

    /// <summary>The setting with the path of a file of keys.</summary>
    public const string FileSetting = "FormaeMessageKeyFile";

    /// <summary>The key that signs; null: messages travel unsigned.</summary>
    public abstract MessageKey? Signing { get; }

    /// <summary>The ids of all keys, the one that signs first.</summary>
    public abstract IReadOnlyList<string> Ids { get; }

    /// <summary>The key of this id, or null.</summary>
    public abstract MessageKey? Find(string id);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">There are no keys, or what is there are none; the message names the setting.</exception>
    public static MessageKeys From(IConfiguration settings, ILogger logger, TimeProvider time)
    {
        try
        {
            if (settings[KeysSetting] is { Length: > 0 } text)
                return new ListedKeys(Parse(text, $"the setting {KeysSetting}"));
            if (settings[FileSetting] is { Length: > 0 } file)
                return new FileKeys(file, logger, time);
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The keys that messages are signed with cannot be had: {wrong.Message}", wrong);
        }

        // Only an emulator, which nobody else reaches, may do without.
        if (settings["ServiceBus"]?.Contains("UseDevelopmentEmulator=true", StringComparison.OrdinalIgnoreCase) == true)
            return new NoKeys();
        throw new InvalidOperationException(
            $"There are no keys to sign messages with: set {KeysSetting} to 'id:base64' (at least {MessageKeyList.FewestBytes} bytes; more of them after commas), or {FileSetting} to a file of them, the same for every app.");
    }

    internal static IReadOnlyList<MessageKey> Parse(string text, string source) => [.. MessageKeyList.Parse(text, source).Select(key => new MessageKey(key.Id, key.Key))];

    private sealed class ListedKeys(IReadOnlyList<MessageKey> keys) : MessageKeys
    {
        public override MessageKey Signing => keys[0];

        public override IReadOnlyList<string> Ids => [.. keys.Select(key => key.Id)];

        public override MessageKey? Find(string id) => keys.FirstOrDefault(key => key.Id == id);
    }

    private sealed class NoKeys : MessageKeys
    {
        public override MessageKey? Signing => null;

        public override IReadOnlyList<string> Ids => [];

        public override MessageKey? Find(string id) => null;
    }
}
