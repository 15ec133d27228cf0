using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Coordination.Progress;
using Formae.Coordination.Storage;
using Formae.Embedded.Tables;
using Formae.Messaging.Payloads;
using Formae.Model;

namespace Formae.Coordination.Tests.Storage;

/// <summary>The stores over tables of their own.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    public StoreFixture()
    {
        Payloads = new FolderPayloads(_folder.File("payloads"));
        Service = new TableServiceClient($"TableEndpoint={new Uri(_folder.File("tables.db"))}");
        Tables = new FormaeTables(Service, Payloads);
        Catalog = new PluginCatalog(Tables, TimeProvider.System);
        Resources = new ResourceStore(Tables, Catalog, new KsuidSource(TimeProvider.System));
    }

    public TableServiceClient Service { get; }

    public FormaeTables Tables { get; }

    public PayloadStore Payloads { get; }

    public PluginCatalog Catalog { get; }

    public ResourceStore Resources { get; }

    public ProgressJournal Journal => new(Tables, new CommandSignals());

    public CommandStore Commands => new(Tables, new CommandSignals());

    public UpdateStore Updates => new(Tables, Catalog, Journal);

    public KsuidSource Ksuids { get; } = new(TimeProvider.System);

    public async ValueTask InitializeAsync() => await Tables.CreateAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await EmbeddedTables.CloseAsync(_folder.File("tables.db"));
        _folder.Dispose();
    }
}
