using Formae.Embedded.Host;
using Formae.Protocol.Bus;

namespace Formae.Cli.Up;

/// <summary>Who subscribes to events.</summary>
/// <param name="Name">The subscription, which is called as the plugin is.</param>
/// <param name="Types">The events that it gets.</param>
internal sealed record Listener(string Name, IReadOnlyList<string> Types)
{
    /// <summary>What an app that listens is told of it.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["FORMAE_EVENTS_TOPIC"] = BusContract.EventTopic, ["FORMAE_EVENTS_SUBSCRIPTION"] = Name };

    /// <summary>Null for a plugin that does not listen.</summary>
    /// <exception cref="UpException">It asks for events that there are not; the message names the manifest.</exception>
    public static Listener? Of(AppManifest plugin, string? name = null)
    {
        try
        {
            return EventTypes.Expand(plugin.Events) is { Count: > 0 } types ? new Listener(name ?? plugin.Name, types) : null;
        }
        catch (FormatException wrong)
        {
            throw new UpException($"{Path.Combine(Path.GetDirectoryName(plugin.AssemblyPath)!, AppManifest.FileName)}: {wrong.Message}", wrong);
        }
    }
}
