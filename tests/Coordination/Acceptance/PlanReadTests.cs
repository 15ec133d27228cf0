using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Formae.Coordination.Intake;
using Formae.Coordination.Storage;
using Formae.Embedded.Tables;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Sdk.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What is read for a plan is what the plan is about, however much else is stored.</summary>
public sealed class PlanReadTests : IAsyncLifetime
{
    private const string Bucket = "FakeAWS::S3::Bucket";

    private readonly TempFolder _folder = new();
    private readonly CountingTransport _transport;
    private readonly ServiceProvider _services;

    public PlanReadTests()
    {
        var connection = $"TableEndpoint={new Uri(_folder.File("tables.db"))}";
        _transport = new CountingTransport(TableTransports.Open(connection, options: null));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddFormaeCoordination(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["FormaeStorage"] = connection }).Build());
        services.AddSingleton(new TableServiceClient(_transport));

        // The catalog is read again when a second has passed; here none passes, or the machine's pace would be counted too.
        services.AddSingleton<TimeProvider>(new FakeTimeProvider(DateTimeOffset.UtcNow));
        _services = services.BuildServiceProvider();
    }

    public async ValueTask InitializeAsync()
    {
        await _services.GetRequiredService<FormaeTables>().CreateAsync(CancellationToken.None);
        await StoreAsync("mine");
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await EmbeddedTables.CloseAsync(_folder.File("tables.db"));
        _folder.Dispose();
    }

    [Theory]
    [InlineData(CommandKind.Apply)]
    [InlineData(CommandKind.Destroy)]
    public async Task F212_planning_reads_no_more_rows_when_other_stacks_are_stored(CommandKind kind)
    {
        // The schema of the type is looked up once.
        await ReadAsync(kind);
        var (alone, requests, rows) = await ReadAsync(kind);
        for (var i = 0; i < 50; i++)
            await StoreAsync($"other-{i}");

        var (among, requestsAmongOthers, rowsAmongOthers) = await ReadAsync(kind);

        Assert.Equal(2, alone.Resources.Count);
        Assert.Equal(alone.Resources.Select(resource => resource.Key), among.Resources.Select(resource => resource.Key));
        Assert.Equal((requests, rows), (requestsAmongOthers, rowsAmongOthers));
        Assert.DoesNotContain(_transport.Filters, filter => filter?.Contains("PartitionKey", StringComparison.Ordinal) != true);
    }

    private async Task<(Inventory Inventory, int Requests, int Rows)> ReadAsync(CommandKind kind)
    {
        _transport.Reset();
        var forma = new Forma
        {
            Stacks = [new Stack { Label = "mine" }],
            Resources = [.. ((string[])["one", "two"]).Select(label => new Resource { Label = label, Type = Bucket, Stack = "mine", Target = "eu", Properties = JsonElement.Parse("{}") })],
        };
        var needs = Planner.Needs(kind, forma);
        if (kind == CommandKind.Apply)
            needs = needs with { Drift = needs.Stacks };
        return (await _services.GetRequiredService<InventoryReader>().ReadAsync(needs, CancellationToken.None), _transport.Requests, _transport.Rows);
    }

    private async Task StoreAsync(string stack)
    {
        foreach (var label in (string[])["one", "two"])
        {
            await _services.GetRequiredService<ResourceStore>().PutAsync(new Resource
            {
                Label = label,
                Type = Bucket,
                Stack = stack,
                Target = stack == "mine" ? "eu" : "us",
                Ksuid = _services.GetRequiredService<KsuidSource>().Next(),
                NativeId = $"{stack}-{label}",
                Managed = true,
                Properties = JsonElement.Parse($$"""{"BucketName":"{{stack}}-{{label}}"}"""),
            }, existing: null, "create", "command", CancellationToken.None);
        }
    }

    /// <summary>Counts what is asked of the tables, and what they answer.</summary>
    private sealed class CountingTransport(ITableTransport inner) : ITableTransport
    {
        private readonly Lock _lock = new();
        private readonly List<string?> _filters = [];

        public int Requests { get; private set; }

        public int Rows { get; private set; }

        public IReadOnlyList<string?> Filters => _filters;

        public string AccountName => inner.AccountName;

        public Uri Endpoint => inner.Endpoint;

        public void Reset()
        {
            (Requests, Rows) = (0, 0);
            _filters.Clear();
        }

        public Uri TableUri(string table) => inner.TableUri(table);

        public Task<Response> CreateTableAsync(string table, CancellationToken cancellationToken) => inner.CreateTableAsync(table, cancellationToken);

        public Task<Response> DeleteTableAsync(string table, CancellationToken cancellationToken) => inner.DeleteTableAsync(table, cancellationToken);

        public Task<PageReply<TableItem>> QueryTablesAsync(string? filter, int? take, string? continuationToken, CancellationToken cancellationToken) =>
            inner.QueryTablesAsync(filter, take, continuationToken, cancellationToken);

        public Task<Response> WriteAsync(string table, TableWrite write, CancellationToken cancellationToken) => inner.WriteAsync(table, write, cancellationToken);

        public Task<TransactionReply> SubmitAsync(string table, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken) => inner.SubmitAsync(table, writes, cancellationToken);

        public async Task<RowReply> GetAsync(string table, string partitionKey, string rowKey, Selection selection, CancellationToken cancellationToken)
        {
            var reply = await inner.GetAsync(table, partitionKey, rowKey, selection, cancellationToken);
            Count(reply.Row is null ? 0 : 1);
            return reply;
        }

        public async Task<PageReply<Row>> QueryAsync(string table, string? filter, int? take, string? continuationToken, Selection selection, CancellationToken cancellationToken)
        {
            var reply = await inner.QueryAsync(table, filter, take, continuationToken, selection, cancellationToken);
            lock (_lock)
                _filters.Add(filter);
            Count(reply.Values.Count);
            return reply;
        }

        private void Count(int rows)
        {
            lock (_lock)
            {
                Requests++;
                Rows += rows;
            }
        }
    }
}
