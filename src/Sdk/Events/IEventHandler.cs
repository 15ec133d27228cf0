using Formae.Protocol.Bus;

namespace Formae.Sdk;

/// <summary>Hears of what the plugin has asked for with <c>events</c> in its manifest.</summary>
public interface IEventHandler
{
    /// <summary>
    /// Takes one event. It may come more than once, always with the same <see cref="ControlPlaneEvent.Id"/>, and not in the order in which things happened. An exception gives
    /// it back: it comes again at once, ten times in all, and is a dead letter of the subscription then.
    /// </summary>
    /// <param name="happened">What has happened.</param>
    /// <param name="cancellationToken">Cancelled when the app stops.</param>
    Task HandleAsync(ControlPlaneEvent happened, CancellationToken cancellationToken);
}
