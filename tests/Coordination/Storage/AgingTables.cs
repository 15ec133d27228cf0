using Azure.Data.Tables;
using Formae.Coordination.Storage;
using Formae.Embedded.Tables;
using Formae.Messaging.Payloads;

namespace Formae.Coordination.Tests.Storage;

/// <summary>Tables of their own, whose clock is in the test's hand.</summary>
internal sealed class AgingTables : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly TableFile _file;

    private AgingTables()
    {
        Payloads = new FolderPayloads(PayloadFolder);
        _file = new TableFile(_folder.File("tables.db"), _clock);
        Transport = new SqliteTableTransport(_file);
        Tables = new FormaeTables(new TableServiceClient(Transport), Payloads);
    }

    public FormaeTables Tables { get; }

    public ITableTransport Transport { get; }

    public PayloadStore Payloads { get; }

    public string PayloadFolder => _folder.File("payloads");

    public static async Task<AgingTables> CreateAsync()
    {
        var tables = new AgingTables();
        await tables.Tables.CreateAsync(CancellationToken.None);
        return tables;
    }

    /// <summary>Everything that is stored has been there for this long.</summary>
    public void Age(TimeSpan by) => _clock.Offset += by;

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _folder.Dispose();
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
