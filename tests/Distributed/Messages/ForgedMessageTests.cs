using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Protocol.Bus;

namespace Formae.Distributed.Tests;

/// <summary>Messages of somebody who reaches the bus, and has no key: to the processes of a plugin and of the coordinator.</summary>
[Collection(OneSystem.Collection)]
public sealed class ForgedMessageTests(OneSystem system)
{
    private const string Requests = "formae-requests-fakeaws";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("unsigned", RefusalReason.WrongSignature)]
    [InlineData("altered", RefusalReason.WrongSignature)]
    [InlineData("of a stranger's key", RefusalReason.UnknownKey)]
    [InlineData("for another queue", RefusalReason.WrongQueue)]
    public async Task A14_a_forged_request_is_dead_lettered_with_its_reason_and_no_cloud_is_called(string way, RefusalReason reason)
    {
        var before = (await system.Plane.Cloud.CallsAsync()).Count;
        var request = new OperationRequest
        {
            OperationId = "forged/3MP5dDcgleZuKOfen6TnsjCs1lu/create",
            Verb = OperationVerb.Create,
            Ksuid = "3MP5dDcgleZuKOfen6TnsjCs1lu",
            ResourceType = DocumentBuilder.GenericResource,
            Properties = JsonElement.Parse("""{"Name":"forged"}"""),
            ReportTo = BusContract.ReportQueue,
        };

        await RefusedAsync(way, reason, new OutgoingMessage { Queue = Requests, Subject = BusContract.RequestSubject, Body = JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest) });

        Assert.Equal(before, (await system.Plane.Cloud.CallsAsync()).Count);
    }

    [Theory]
    [InlineData("unsigned", RefusalReason.WrongSignature)]
    [InlineData("altered", RefusalReason.WrongSignature)]
    [InlineData("of a stranger's key", RefusalReason.UnknownKey)]
    public async Task A14_a_forged_report_is_dead_lettered_with_its_reason(string way, RefusalReason reason)
    {
        var report = new OperationReport { OperationId = "forged/3MP5dDcgleZuKOfen6TnsjCs1lu/create", Verb = OperationVerb.Create, Ksuid = "3MP5dDcgleZuKOfen6TnsjCs1lu", Status = OperationStatus.Success };
        await RefusedAsync(way, reason, new OutgoingMessage
        {
            Queue = BusContract.ReportQueue,
            Subject = BusContract.ReportSubject,
            Body = JsonSerializer.SerializeToUtf8Bytes(new OperationReports { Reports = [report] }, BusJson.Default.OperationReports),
        });
    }

    [Fact]
    public async Task A14_a_forged_announcement_takes_over_no_plugin()
    {
        var announcement = new PluginAnnouncement { Name = "fakeaws", Namespace = "FakeAWS", Version = "99.0.0", RequestQueue = "a-queue-of-mine", StartedAt = TimeProvider.System.GetUtcNow() };
        await RefusedAsync("unsigned", RefusalReason.WrongSignature, new OutgoingMessage
        {
            Queue = BusContract.AnnouncementQueue,
            Subject = BusContract.AnnouncementSubject,
            Body = JsonSerializer.SerializeToUtf8Bytes(announcement, BusJson.Default.PluginAnnouncement),
        });
        Assert.NotEqual("99.0.0", (await system.Plane.Client.GetPluginsAsync(Cancellation)).Single(plugin => plugin.Namespace == "FakeAWS").InstalledVersion);
    }

    private async Task RefusedAsync(string way, RefusalReason reason, OutgoingMessage forged)
    {
        await using var bus = system.Plane.OpenBus();
        var message = await WrongAsync(way, forged);
        await bus.CreateSender(forged.Queue).SendMessageAsync(message, Cancellation);

        await using var dead = bus.CreateReceiver(forged.Queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter, ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        var letter = await dead.ReceiveMessageAsync(ControlPlane.Patience, Cancellation);

        Assert.True(letter is not null, "The message did not come among the dead letters.");
        Assert.Equal((message.MessageId, reason.ToString()), (letter.MessageId, letter.DeadLetterReason));
        Assert.NotEmpty(letter.DeadLetterErrorDescription);
    }

    private async Task<ServiceBusMessage> WrongAsync(string way, OutgoingMessage forged)
    {
        using var ends = system.Plane.OpenBusEnds();
        switch (way)
        {
            case "unsigned":
                return new ServiceBusMessage(BinaryData.FromBytes(forged.Body)) { Subject = forged.Subject, MessageId = Guid.NewGuid().ToString(), To = forged.Queue, ContentType = "application/json" };
            case "altered":
                var altered = await ends.Writer.WriteAsync(forged, Cancellation);
                altered.Body = BinaryData.FromString(altered.Body.ToString().Replace("forged", "f0rged", StringComparison.Ordinal));
                return altered;
            case "of a stranger's key":
                using (var stranger = new BusEnds(system.Plane.DataFolder, "stranger:" + Convert.ToBase64String(new byte[32])))
                    return await stranger.Writer.WriteAsync(forged, Cancellation);
            case "for another queue":
                return await ends.Writer.WriteAsync(forged with { Queue = "formae-requests-local" }, Cancellation);
            default:
                throw new ArgumentOutOfRangeException(nameof(way), way, "unknown");
        }
    }
}
