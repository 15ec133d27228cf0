using System.Security.Cryptography;
using Formae.Coordination.Bus;
using Formae.Coordination.Storage;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator.Timers;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Microsoft.Azure.Functions.Worker;

namespace Formae.Coordination.Tests.Payloads;

/// <summary>What was left for messages goes when nobody can need it any more, by the timer that runs in the app.</summary>
public sealed class MessagePayloadSweepTests : IAsyncLifetime
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task What_nobody_took_away_goes_and_what_is_young_or_belongs_to_a_row_stays()
    {
        var store = _plane.Get<PayloadStore>();
        var old = await LeaveAsync(PayloadStore.Messages, MessagePayloadSweep.Kept + TimeSpan.FromMinutes(1));
        var young = await LeaveAsync(PayloadStore.Messages, MessagePayloadSweep.Kept - TimeSpan.FromHours(1));
        var row = await LeaveAsync(PayloadStore.Rows, TimeSpan.FromDays(400));

        await new PayloadTimer(_plane.Get<RowPayloadSweep>(), _plane.Get<MessagePayloadSweep>()).Run(new TimerInfo(), _cancellation);

        await Assert.ThrowsAsync<PayloadException>(() => store.GetAsync(old, _cancellation));
        await store.GetAsync(young, _cancellation);
        await store.GetAsync(row, _cancellation);
    }

    private async Task<PayloadClaim> LeaveAsync(string area, TimeSpan age)
    {
        var claim = await _plane.Get<PayloadStore>().PutAsync(area, RandomNumberGenerator.GetBytes(100), _cancellation);
        File.SetLastWriteTimeUtc(Path.Combine(_plane.PayloadFolder, claim.Name), DateTime.UtcNow - age);
        return claim;
    }
}
