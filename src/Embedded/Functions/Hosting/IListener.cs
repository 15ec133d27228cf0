namespace Formae.Embedded.Functions;

/// <summary>Waits for what triggers one function, and calls it.</summary>
internal interface IListener
{
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Takes nothing new and waits for what runs, until <paramref name="cancellationToken"/> ends.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
