using System.Text.Json;
using Formae.Protocol.Bus;
using Formae.Sdk;
using Microsoft.Extensions.Configuration;

namespace Formae.Plugins.Notifier;

/// <summary>Adds each event to <c>events.jsonl</c> in the plugin's folder, a line for every time that it comes.</summary>
public sealed class Notebook(IConfiguration settings) : IEventHandler, IDisposable
{
    private readonly string _file = Path.Combine(settings["FormaePluginData"]!, "events.jsonl");
    private readonly SemaphoreSlim _one = new(1);

    public async Task HandleAsync(ControlPlaneEvent happened, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await File.AppendAllTextAsync(_file, JsonSerializer.Serialize(happened, EventJson.Default.ControlPlaneEvent) + "\n", CancellationToken.None);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
