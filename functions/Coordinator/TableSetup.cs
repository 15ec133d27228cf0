using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Formae.Coordinator;

/// <summary>
/// Makes the tables that are missing and reads the catalog before anything is served: the worker takes invocations from its own start on, and that comes
/// before the start of services that were added later. Storage that refuses is asked again for a while: of an app that was just deployed the right to use it may still be
/// on its way. The host gives a worker a minute to start; one that ends earlier says why, and is started again.
/// </summary>
public sealed partial class TableSetup(FormaeTables tables, PluginCatalog catalog, TimeProvider time, ILogger<TableSetup> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (!await TryAsync(canWait: time.GetElapsedTime(begun) < Patience, cancellationToken))
            await Task.Delay(Pause, time, cancellationToken);
    }

    private async Task<bool> TryAsync(bool canWait, CancellationToken cancellationToken)
    {
        try
        {
            await tables.CreateAsync(cancellationToken);
            await catalog.RefreshAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (canWait && !cancellationToken.IsCancellationRequested)
        {
            LogNotThere(Pause.TotalSeconds, e);
            return false;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 2011, Level = LogLevel.Warning, Message = "The tables cannot be used yet; again in {Seconds} s")]
    private partial void LogNotThere(double seconds, Exception exception);
}
