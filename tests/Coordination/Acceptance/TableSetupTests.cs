using Azure;
using Formae.Coordination.Catalog;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator;
using Formae.Embedded.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Storage may refuse an app that was just deployed: the right to use it may come later than the app.</summary>
public sealed class TableSetupTests : IAsyncLifetime
{
    private Locked _tables = null!;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { Tables = inner => _tables = new Locked(inner) });

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task A_coordinator_that_may_not_use_its_storage_yet_asks_again(int status)
    {
        _tables.Refuse(status, times: 3);

        await StartAsync();

        Assert.Equal(0, _tables.Left);
    }

    [Fact]
    public async Task A_coordinator_that_may_not_use_its_storage_at_all_says_so_in_the_end()
    {
        _tables.Refuse(403, times: int.MaxValue);

        Assert.Equal(403, (await Assert.ThrowsAsync<RequestFailedException>(StartAsync)).Status);
    }

    private Task StartAsync() => new TableSetup(_plane.Get<FormaeTables>(), _plane.Get<PluginCatalog>(), new QuickTime(100), NullLogger<TableSetup>.Instance).StartingAsync(TestContext.Current.CancellationToken);

    /// <summary>Tables that nobody may make for so many times.</summary>
    private sealed class Locked(ITableTransport inner) : DelegatingTransport(inner)
    {
        private readonly Lock _lock = new();
        private int _status;

        public int Left { get; private set; }

        public void Refuse(int status, int times) => (_status, Left) = (status, times);

        public override Task<Response> CreateTableAsync(string table, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                if (Left > 0)
                {
                    Left--;
                    throw new RequestFailedException(_status, "Not yet.");
                }
            }

            return base.CreateTableAsync(table, cancellationToken);
        }

        protected override Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request) => request();
    }
}
