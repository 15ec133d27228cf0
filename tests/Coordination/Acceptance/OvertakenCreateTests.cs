using Formae.Coordination.Intake;
using Formae.Coordination.Tests.Cluster;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Stack = Formae.Model.Stack;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>
/// A create that was on its way to the plugin when its command was canceled by force, and comes there after the create of the next command for the same resource. Nobody can
/// call it back; so there may be two objects, and both are in the inventory.
/// </summary>
public sealed class OvertakenCreateTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _pass = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ControlPlane _plane = null!;
    private volatile string? _overtaken;
    private int _held;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync(new Seams { HubTime = new QuickTime(30), Bus = PassAsync });

    public async ValueTask DisposeAsync()
    {
        _pass.TrySetResult();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task Both_objects_are_in_the_inventory_and_the_next_apply_changes_nothing()
    {
        const string Document = """
            Stacks: [{ Label: web }]
            Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
            Resources:
              - { Label: vpc, Type: "FakeAWS::EC2::VPC", Stack: web, Target: eu, Properties: { CidrBlock: 10.0.0.0/16 } }
            """;
        var first = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document)).Response.CommandId;
        await ControlPlane.UntilAsync("its create is on its way", () => Task.FromResult(Volatile.Read(ref _held) == 1));
        (await _plane.CancelAsync($"id:{first}", force: true)).Accepted();
        await _plane.EndOfAsync(first);

        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        Assert.Equal(1, _plane.CreatesOf("FakeAWS::EC2::VPC"));
        _pass.SetResult();

        await ControlPlane.UntilAsync("both objects are in the inventory", async () => (await _plane.InventoryAsync()).Count == 2);
        Assert.Equal(2, _plane.CreatesOf("FakeAWS::EC2::VPC"));
        Assert.Equal(("vpc", "vpc"), (await _plane.LabelsAsync("web"), await _plane.LabelsAsync(Stack.Unmanaged)));
        Assert.Equal(2, (await _plane.InventoryAsync()).Select(resource => resource.NativeId).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(States.Canceled, (await _plane.ShowAsync(first)).Update("vpc").State);
        Assert.IsNotType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document));
    }

    /// <summary>Holds the requests of the first command that sends any.</summary>
    private async Task PassAsync(string queue, Azure.Messaging.ServiceBus.ServiceBusReceivedMessage message, Func<bool, Task> take)
    {
        if (queue == ControlPlane.RequestQueue)
        {
            var command = message.CorrelationId.Split('/')[0];
            _overtaken ??= command;
            if (_overtaken == command)
            {
                Interlocked.Increment(ref _held);
                await _pass.Task;
            }
        }

        await take(true);
    }
}
