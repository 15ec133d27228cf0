using Formae.Messaging;
using Formae.Messaging.Keys;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Distributed.Tests;

/// <summary>Signs and reads messages as the apps of a control plane do, with the keys and payloads in its data folder.</summary>
internal sealed class BusEnds : IDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="data">The data folder of the control plane.</param>
    /// <param name="keys">Other keys than its own. Default: its own.</param>
    public BusEnds(string data, string? keys = null)
    {
        var settings = new Dictionary<string, string?> { [MessageKeys.KeysSetting] = keys, [MessageKeys.FileSetting] = Path.Combine(data, "message.keys"), [Formae.Messaging.Payloads.PayloadSettings.Place] = Path.Combine(data, "payloads") };
        _services = new ServiceCollection().AddLogging().AddFormaeMessaging(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();
    }

    public MessageWriter Writer => _services.GetRequiredService<MessageWriter>();

    public MessageReader Reader => _services.GetRequiredService<MessageReader>();

    public void Dispose() => _services.Dispose();
}
