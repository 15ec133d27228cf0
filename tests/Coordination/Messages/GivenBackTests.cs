using Azure.Messaging.ServiceBus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Tests.Cluster;
using Formae.Coordinator.Bus;
using Formae.Messaging;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Coordination.Tests.Messages;

/// <summary>The Functions host leaves the messages of a batch to their locks when the function fails: so the function gives them back itself.</summary>
public sealed class GivenBackTests
{
    [Fact]
    public async Task A_report_that_cannot_be_handed_on_is_given_back_at_once_and_alone()
    {
        await using var plane = await ControlPlane.StartAsync();
        var reports = new BusFunctions(plane.Get<MessageReader>(), plane.Get<PluginCatalog>(), plane.Get<PluginHealth>(), TimeProvider.System, NullLogger<BusFunctions>.Instance);
        var actions = new HalfDeaf("second");

        await Assert.ThrowsAsync<TimeoutException>(() => reports.Reports([Message("first"), Message("second")], actions, plane.Client, CancellationToken.None));

        Assert.Equal(["first"], actions.Dead);
        Assert.Equal(["second"], actions.GivenBack);
    }

    /// <summary>One that nobody has signed: it is to end among the dead letters.</summary>
    private static ServiceBusReceivedMessage Message(string id) => ServiceBusModelFactory.ServiceBusReceivedMessage(BinaryData.FromString("x"), messageId: id);

    /// <summary>A bus that does not answer for one message.</summary>
    private sealed class HalfDeaf(string id) : ServiceBusMessageActions
    {
        public List<string> Dead { get; } = [];

        public List<string> GivenBack { get; } = [];

        public override Task DeadLetterMessageAsync(
            ServiceBusReceivedMessage message,
            Dictionary<string, object>? propertiesToModify = null,
            string? deadLetterReason = null,
            string? deadLetterErrorDescription = null,
            CancellationToken cancellationToken = default)
        {
            if (message.MessageId == id)
                throw new TimeoutException("The bus is away.");
            Dead.Add(message.MessageId);
            return Task.CompletedTask;
        }

        public override Task AbandonMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = null, CancellationToken cancellationToken = default)
        {
            GivenBack.Add(message.MessageId);
            return Task.CompletedTask;
        }
    }
}
