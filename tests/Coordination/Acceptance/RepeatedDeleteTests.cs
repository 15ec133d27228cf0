using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using static Formae.Coordination.Tests.Acceptance.Trial;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>A delete's message that comes a second time: what was made under the same name since stays.</summary>
public sealed class RepeatedDeleteTests : IAsyncLifetime
{
    // Its native id is its name: the next one of that name has the same.
    private const string Document = """
        Stacks: [{ Label: shop }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources:
          - { Label: witness, Type: "FakeAWS::Test::Witness", Stack: shop, Target: eu, Properties: { Name: w } }
        """;

    private readonly Witnesses _witnesses = new();
    private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Whoever takes the next request dies before its message is settled; with the work done, or without.
    private readonly ConcurrentQueue<bool> _deaths = [];
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync(new Seams { Bus = PassAsync, Define = _witnesses.Define }, Patient);
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task What_was_made_since_the_report_of_a_delete_is_not_deleted()
    {
        _deaths.Enqueue(true);
        ControlPlane.Succeeded(await _plane.RunAsync(Document, CommandKind.Destroy));
        ControlPlane.Succeeded(await _plane.RunAsync(Document));

        _again.SetResult();
        await _taken.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal("w", Assert.Single(_witnesses.Live).Key);
    }

    [Fact]
    public async Task A_delete_whose_plugin_died_before_it_is_asked_for_anew()
    {
        _deaths.Enqueue(false);
        _again.SetResult();

        var update = (await _plane.RunAsync(Document, CommandKind.Destroy)).TheUpdate();

        Assert.Equal((States.Success, 1), (update.State, update.CurrentAttempt));
        Assert.Equal([1, 2], _plane.Sent.Where(request => request.Verb == OperationVerb.Delete).Select(request => request.Sequence));
        Assert.Empty(_witnesses.Live);
        Assert.Empty(await _plane.InventoryAsync());
    }

    private async Task PassAsync(string queue, ServiceBusReceivedMessage message, Func<bool, Task> take)
    {
        if (queue == BusContract.ReportQueue || queue == BusContract.AnnouncementQueue)
        {
            await take(true);
        }
        else if (message.DeliveryCount > 1)
        {
            await _again.Task;
            await take(true);
            _taken.TrySetResult();
        }
        else if (_deaths.TryDequeue(out var isDone))
        {
            if (isDone)
                await take(false);
            throw new IOException("The process died.");
        }
        else
        {
            await take(true);
        }
    }
}
