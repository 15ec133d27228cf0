using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Microsoft.Extensions.Hosting;

namespace Formae.Coordinator;

/// <summary>
/// Makes the tables that are missing and reads the catalog before anything is served: the worker takes invocations from its own start on, and that comes
/// before the start of services that were added later.
/// </summary>
public sealed class TableSetup(FormaeTables tables, PluginCatalog catalog) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await tables.CreateAsync(cancellationToken);
        await catalog.RefreshAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
