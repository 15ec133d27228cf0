using Formae.Embedded.Host;
using Xunit;

namespace Formae.Servers;

/// <summary>
/// A server for the tests of one class. Where the machine lacks what it needs its tests are <see cref="Lack">skipped</see>, with the reason; where it has it, a server that does not start is a failure.
/// </summary>
public abstract class Server : IAsyncLifetime
{
    private string? _missing;
    private string? _folder;

    /// <summary>A folder of its own, which goes with it.</summary>
    protected string Folder => _folder ??= Directory.CreateTempSubdirectory("formae-server-").FullName;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _missing = await StartAsync(TestContext.Current.CancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts it.</summary>
    /// <returns>Null, or what the machine lacks.</returns>
    protected abstract Task<string?> StartAsync(CancellationToken cancellation);

    /// <summary>Stops it, if it has been started.</summary>
    protected abstract Task StopAsync();

    /// <summary>Skips the test that asks where there is no server. What a server offers to tests asks this first.</summary>
    protected void SkipWhenMissing()
    {
        if (_missing is not null)
            Lack.Tell(_missing);
    }
}
