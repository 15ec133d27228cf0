using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Microsoft.Extensions.Hosting;

namespace Formae.Coordinator;

/// <summary>Makes the tables that are missing and reads the catalog before anything is served.</summary>
public sealed class TableSetup(FormaeTables tables, PluginCatalog catalog) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await tables.CreateAsync(cancellationToken);
        await catalog.RefreshAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
