using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Catalog;
using Formae.Coordination.Tests.Cluster;
using Formae.Messaging;
using Formae.Messaging.Payloads;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Coordination.Tests.Messages;

/// <summary>Whoever can write to a queue, and has no key, changes nothing; nor does who has seen messages and sends them once more.</summary>
public sealed class WrongMessageTests : IAsyncLifetime
{
    private const string Document = """
        Stacks:
          - Label: app
        Targets:
          - { Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }
        Resources:
          - { Label: one, Type: "FakeAWS::Generic::Resource", Stack: app, Target: eu, Properties: { Name: one, Value: a } }
          - { Label: two, Type: "FakeAWS::Generic::Resource", Stack: app, Target: eu, Properties: { Name: two, Value: a } }
        """;

    private const string Forged = "forged-value";
    private const string Reports = BusContract.ReportQueue;

    private readonly BusTap _tap = new();
    private ControlPlane _plane = null!;
    private Command _command = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync(new Seams { Bus = _tap.TakeAsync });
        _command = await _plane.RunAsync(Document);
        ControlPlane.Succeeded(_command);
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    public static TheoryData<string, RefusalReason> Ways => new()
    {
        { "unsigned", RefusalReason.WrongSignature },
        { "signed by a stranger", RefusalReason.WrongSignature },
        { "signed with an unknown key", RefusalReason.UnknownKey },
        { "altered", RefusalReason.WrongSignature },
        { "renamed", RefusalReason.WrongSignature },
        { "for another queue", RefusalReason.WrongQueue },
        { "expired", RefusalReason.Expired },
        { "before its time", RefusalReason.NotYetValid },
        { "of an old contract", RefusalReason.ContractMismatch },
        { "of an unknown kind", RefusalReason.UnknownKind },
        { "unreadable", RefusalReason.Unreadable },
        { "without its payload", RefusalReason.PayloadMissing },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A14_a_wrong_request_is_dead_lettered_with_its_reason_and_does_nothing(string way, RefusalReason reason)
    {
        var before = await StateAsync();
        var genuine = _tap.Of(ControlPlane.RequestQueue)[0];
        var request = Requests.Create("FakeAWS::Generic::Resource", $$"""{"Name":"forged","Value":"{{Forged}}"}""");

        var letter = await BusTap.DeadLetterAsync(_plane, ControlPlane.RequestQueue, await WrongAsync(way, genuine, BusTap.Outgoing(request)));

        Assert.Equal(reason.ToString(), letter.DeadLetterReason);
        Assert.InRange(letter.DeadLetterErrorDescription.Length, 40, 1000);
        Assert.Equal(before, await StateAsync());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A14_a_wrong_report_is_dead_lettered_with_its_reason_and_changes_nothing(string way, RefusalReason reason)
    {
        var before = await StateAsync();
        var genuine = _tap.Of(Reports)[0];
        var report = JsonSerializer.Deserialize(genuine.Body.ToMemory().Span, BusJson.Default.OperationReports)!.Reports[0] with
        {
            Sequence = 50,
            Properties = JsonElement.Parse($$"""{"Name":"one","Value":"{{Forged}}"}"""),
        };

        var letter = await BusTap.DeadLetterAsync(_plane, Reports, await WrongAsync(way, genuine, BusTap.Outgoing(report)));

        Assert.Equal(reason.ToString(), letter.DeadLetterReason);
        await BusTap.EmptyAsync(_plane, Reports);
        Assert.Equal(before, await StateAsync());
    }

    [Theory]
    [InlineData("unsigned", RefusalReason.WrongSignature)]
    [InlineData("signed by a stranger", RefusalReason.WrongSignature)]
    [InlineData("expired", RefusalReason.Expired)]
    public async Task A14_a_wrong_announcement_is_dead_lettered_and_takes_no_queue_from_anybody(string way, RefusalReason reason)
    {
        var announcement = _plane.Plugin.Definition.Announce(_plane.Plugin.Operator, "a-queue-of-mine", TimeProvider.System.GetUtcNow(), default);
        var outgoing = new OutgoingMessage { Queue = BusContract.AnnouncementQueue, Subject = BusContract.AnnouncementSubject, Body = JsonSerializer.SerializeToUtf8Bytes(announcement, BusJson.Default.PluginAnnouncement) };

        var letter = await BusTap.DeadLetterAsync(_plane, BusContract.AnnouncementQueue, await WrongAsync(way, null!, outgoing));

        Assert.Equal(reason.ToString(), letter.DeadLetterReason);
        await _plane.Get<PluginCatalog>().RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ControlPlane.RequestQueue, _plane.Get<PluginCatalog>().Find("FakeAWS")!.Announcement.RequestQueue);
    }

    [Fact]
    public async Task A14_requests_that_are_sent_once_more_are_dropped()
    {
        var before = await StateAsync();
        var requests = _tap.Of(ControlPlane.RequestQueue);
        Assert.Equal(2, requests.Count);
        foreach (var request in requests)
            await BusTap.SendAsync(_plane, ControlPlane.RequestQueue, new ServiceBusMessage(request));

        await BusTap.EmptyAsync(_plane, ControlPlane.RequestQueue);
        Assert.Equal(2, _tap.Of(ControlPlane.RequestQueue).Count);
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task A14_reports_that_come_again_in_any_order_and_at_any_time_change_nothing()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Value: a", "Value: b", StringComparison.Ordinal)));
        var before = await StateAsync();

        foreach (var report in _tap.Of(Reports).Reverse().Concat(_tap.Of(Reports)).ToList())
            await BusTap.SendAsync(_plane, Reports, new ServiceBusMessage(report));
        await BusTap.EmptyAsync(_plane, Reports);

        // What the entities were told is done when the next operation on each of them is: it comes after in the same order.
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Value: a", "Value: c", StringComparison.Ordinal)));
        Assert.All(await _plane.InventoryAsync(), resource => Assert.Equal("c", resource.Properties!.Value.GetProperty("Value").GetString()));
        ControlPlane.Succeeded(await _plane.RunAsync(Document.Replace("Value: a", "Value: b", StringComparison.Ordinal)));
        Assert.Equal(before.Inventory, (await StateAsync()).Inventory);
        Assert.Equal(0, _plane.CountsOf(Reports).DeadLetter);
    }

    [Fact]
    public async Task A14_a_message_that_breaks_its_receiver_each_time_is_given_up_with_the_reason()
    {
        // Nothing but the number of deliveries is wrong with it: nobody can send the report of its request.
        var request = Requests.Read("FakeAWS::Generic::Resource", "nothing") with { ReportTo = "no-such-queue" };

        var letter = await BusTap.DeadLetterAsync(_plane, ControlPlane.RequestQueue, await _plane.Get<MessageWriter>().WriteAsync(BusTap.Outgoing(request), TestContext.Current.CancellationToken));

        Assert.Equal(nameof(RefusalReason.Repeats), letter.DeadLetterReason);
    }

    private async Task<ServiceBusMessage> WrongAsync(string way, ServiceBusReceivedMessage genuine, OutgoingMessage forged)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var own = _plane.Get<MessageWriter>();
        var keyId = File.ReadAllText(_plane.KeyFile).Split(':')[0];
        var strange = Convert.ToBase64String(new byte[32]);
        switch (way)
        {
            case "unsigned":
                return new ServiceBusMessage(BinaryData.FromBytes(forged.Body)) { Subject = forged.Subject, MessageId = Guid.NewGuid().ToString(), To = forged.Queue, ContentType = "application/json" };
            case "signed by a stranger":
                return await BusTap.WriterWith(_plane, $"{keyId}:{strange}").WriteAsync(forged, cancellation);
            case "signed with an unknown key":
                return await BusTap.WriterWith(_plane, $"unheard-of:{strange}").WriteAsync(forged, cancellation);
            case "altered":
                var altered = await own.WriteAsync(forged, cancellation);
                altered.Body = BinaryData.FromString(altered.Body.ToString().Replace(Forged, "f0rged-value", StringComparison.Ordinal));
                return altered;
            case "renamed":
                return BusTap.Renamed(genuine);
            case "for another queue":
                return await own.WriteAsync(forged with { Queue = "formae-requests-other" }, cancellation);
            case "expired":
                return await BusTap.WriterWith(_plane, time: new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-2))).WriteAsync(forged, cancellation);
            case "before its time":
                return await BusTap.WriterWith(_plane, time: new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(1))).WriteAsync(forged, cancellation);
            case "of an old contract":
                var old = await own.WriteAsync(forged, cancellation);
                old.ApplicationProperties[MessageProperties.Contract] = 0L;
                return old;
            case "of an unknown kind":
                return await own.WriteAsync(forged with { Subject = "something-else" }, cancellation);
            case "unreadable":
                return await own.WriteAsync(forged with { Body = "[]"u8.ToArray() }, cancellation);
            case "without its payload":
                var large = await own.WriteAsync(forged with { Body = new byte[300_000] }, cancellation);
                await _plane.Get<PayloadStore>().DeleteAsync(JsonSerializer.Deserialize(large.Body.ToMemory().Span, BusJson.Default.PayloadClaim)!.Name, cancellation);
                return large;
            default:
                throw new ArgumentOutOfRangeException(nameof(way), way, "unknown");
        }
    }

    /// <summary>Everything that a message could change.</summary>
    private async Task<(string Inventory, string Cloud, int Calls, string Command)> StateAsync()
    {
        var inventory = string.Join('\n', (await _plane.InventoryAsync()).OrderBy(resource => resource.Label, StringComparer.Ordinal).Select(resource => $"{resource.Label} {resource.NativeId} {resource.Properties} {resource.ReadOnlyProperties}"));
        var command = await _plane.EndOfAsync(_command.CommandId);
        return (inventory, string.Join('\n', _plane.Calls.Select(call => $"{call.OperationId} {call.NativeId}")), _plane.Calls.Count,
            string.Join('\n', command.ResourceUpdates!.Select(update => $"{update.ResourceLabel} {update.State}")));
    }
}
