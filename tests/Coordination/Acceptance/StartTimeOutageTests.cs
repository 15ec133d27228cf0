using Azure;
using Formae.Coordination.Bus;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;
using Formae.Protocol.Bus;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>Who gives start times cannot do so for a moment: whoever is to start something waits for it, and nothing ends for that.</summary>
public sealed class StartTimeOutageTests : IAsyncDisposable
{
    private readonly ForwardClock _clock = new();
    private UnreadCatalog _tables = null!;
    private ControlPlane _plane = null!;
    private int _failures;

    public async ValueTask DisposeAsync()
    {
        if (_plane is not null)
            await _plane.DisposeAsync();
    }

    [Theory]
    [InlineData(503)]
    [InlineData(403)]
    public async Task A_command_goes_on_when_the_catalog_cannot_be_read(int status)
    {
        await StartAsync(new QuickTime(20));
        _tables.RefuseOnceACommandIsStored(status);

        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));

        Assert.Equal(1, _tables.Refused);
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task A_command_asks_again_when_it_gets_no_answer()
    {
        await StartAsync(new QuickTime(20));
        Volatile.Write(ref _failures, 2);

        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));

        Assert.True(Volatile.Read(ref _failures) < 0, "It was never asked in vain.");
        Assert.Equal(1, _plane.CallsOf(OperationVerb.Create));
    }

    [Fact]
    public async Task A_synchronisation_asks_again_when_it_gets_no_answer()
    {
        // By the clock of everybody else: a look that is to begin at a time of the hub's own would be sent for that time.
        await StartAsync(TimeProvider.System);
        ControlPlane.Succeeded(await _plane.RunAsync(Bucket()));
        Volatile.Write(ref _failures, 1);

        var ended = await _plane.SynchronizeAsync();

        Assert.True(Volatile.Read(ref _failures) < 0, "It was never asked in vain.");
        Assert.Equal((1, 0), (ended.Done, ended.Failed + ended.Skipped));
    }

    private async Task StartAsync(TimeProvider hubTime) => _plane = await ControlPlane.StartAsync(
        new Seams
        {
            Time = _clock,
            HubTime = hubTime,
            Tables = inner => _tables = new UnreadCatalog(inner, _clock),
            Dispatching = name => _ = name == EntityNames.Rate && Interlocked.Decrement(ref _failures) >= 0 ? throw new InvalidOperationException("Its process was ended.") : false,
        },
        Quick);

    /// <summary>Tables of which the plugins cannot be read once a command is stored; by then what was read of them before is too old.</summary>
    private sealed class UnreadCatalog(ITableTransport inner, ForwardClock clock) : DelegatingTransport(inner)
    {
        private int _status;
        private int _left;

        public int Refused { get; private set; }

        public void RefuseOnceACommandIsStored(int status) => _status = status;

        protected override async Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
        {
            if (table == "FormaePlugins" && !isWrite && Interlocked.Exchange(ref _left, 0) == 1)
            {
                Refused++;
                throw new RequestFailedException(_status, "Not now.");
            }

            var answer = await request();
            if (table == "FormaeCommands" && isWrite && _status != 0 && Refused == 0)
            {
                clock.Forward(TimeSpan.FromSeconds(10));
                Volatile.Write(ref _left, 1);
            }

            return answer;
        }
    }
}
