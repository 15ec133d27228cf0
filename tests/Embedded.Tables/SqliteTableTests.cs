using Azure.Data.Tables;

namespace Formae.Embedded.Tables.Tests;

/// <summary>The contract over the SQLite transport.</summary>
public sealed class SqliteTableTests : TableContract
{
    private readonly TemporaryTables _tables = new();

    protected override Task<TableServiceClient> StartAsync() => Task.FromResult(new TableServiceClient(_tables.ConnectionString));

    protected override Task StopAsync() => _tables.DisposeAsync().AsTask();
}

/// <summary>A folder for one test's table file; it closes the file and goes with the test.</summary>
internal sealed class TemporaryTables : IAsyncDisposable
{
    public TemporaryTables()
    {
        Folder = Path.Combine(Path.GetTempPath(), "formae-tables-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Folder);
        File = Path.Combine(Folder, "tables.db");
    }

    public string Folder { get; }

    public string File { get; }

    public string ConnectionString => $"TableEndpoint={new Uri(File).AbsoluteUri}";

    public async ValueTask DisposeAsync()
    {
        await EmbeddedTables.CloseAsync(File);
        Directory.Delete(Folder, recursive: true);
    }
}
