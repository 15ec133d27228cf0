using Azure.Data.Tables;
using Formae.Coordination.Catalog;
using Formae.Coordination.Progress;
using Formae.Coordination.Storage;
using Formae.Embedded.Tables;
using Formae.Messaging.Payloads;
using Formae.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Storage;

/// <summary>The stores over tables of their own.</summary>
public class StoreFixture : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    public TableServiceClient Service => field ??= new TableServiceClient(Place);

    public FormaeTables Tables => field ??= new FormaeTables(Service, Payloads);

    public PayloadStore Payloads => field ??= new FolderPayloads(_folder.File("payloads"));

    public PluginCatalog Catalog => field ??= new PluginCatalog(Tables, TimeProvider.System);

    public ResourceStore Resources => field ??= new ResourceStore(Tables, Catalog, new KsuidSource(TimeProvider.System));

    public ProgressJournal Journal => new(Tables, new CommandSignals());

    public CommandStore Commands => new(Tables, new CommandSignals());

    public PartitionWriter Writer { get; } = new(TimeProvider.System, NullLogger<PartitionWriter>.Instance);

    public UpdateStore Updates => new(Tables, Writer, Catalog, Journal);

    public KsuidSource Ksuids { get; } = new(TimeProvider.System);

    /// <summary>Where the tables are.</summary>
    protected virtual string Place => $"TableEndpoint={new Uri(_folder.File("tables.db"))}";

    public virtual async ValueTask InitializeAsync() => await Tables.CreateAsync(CancellationToken.None);

    public virtual async ValueTask DisposeAsync()
    {
        await EmbeddedTables.CloseAsync(_folder.File("tables.db"));
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
