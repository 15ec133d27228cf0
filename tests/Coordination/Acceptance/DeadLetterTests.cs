using System.Text;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Intake;
using Formae.Coordination.Tests.Cluster;
using Formae.Messaging;
using Formae.Messaging.Keys;
using Formae.Messaging.Payloads;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Protocol.Http;
using Formae.Sdk.Testing;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What nobody took: it is counted and shown with its reason, can be sent again where that is right, and dropped.</summary>
public sealed class DeadLetterTests : IAsyncLifetime
{
    private const string Letters = "/api/v1/admin/deadletters";

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly ForwardClock _clock = new();
    private volatile string? _deaf;
    private ControlPlane _plane = null!;
    private HttpCaller _http = null!;

    public async ValueTask InitializeAsync()
    {
        _plane = await ControlPlane.StartAsync(new Seams { Time = _clock, Bus = (queue, _, take) => queue == _deaf ? throw new InvalidOperationException("This reader is broken.") : take(true) });
        _http = new HttpCaller(_plane);
    }

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Theory]
    [InlineData("unsigned", RefusalReason.WrongSignature)]
    [InlineData("altered", RefusalReason.WrongSignature)]
    [InlineData("of an unknown key", RefusalReason.UnknownKey)]
    [InlineData("of another queue", RefusalReason.WrongQueue)]
    [InlineData("of an unknown kind", RefusalReason.UnknownKind)]
    [InlineData("of an old contract", RefusalReason.ContractMismatch)]
    public async Task What_nobody_of_us_can_have_meant_is_shown_and_never_made_valid(string what, RefusalReason reason)
    {
        await SendAsync(BusContract.ReportQueue, await OddAsync(what));
        var letter = await OnlyOneAsync();

        Assert.Equal((BusContract.ReportQueue, reason.ToString()), (letter.Queue, letter.Reason));
        Assert.NotEmpty(letter.Description!);
        Assert.Equal(new Dictionary<string, int> { [reason.ToString()] = 1 }, (await _http.GetAsync("/api/v1/stats")).As(HttpJson.Default.Stats).DeadLetters);
        var refusal = await _http.PostAsync($"{PathOf(letter)}/retry");
        Assert.Equal((409, ErrorCodes.DeadLetterRefused), (refusal.Status, refusal.ErrorCode));
        Assert.Equal(letter, await OnlyOneAsync() with { DeliveryCount = letter.DeliveryCount });

        Assert.Equal(200, (await _http.DeleteAsync(PathOf(letter))).Status);
        Assert.Empty((await _http.GetAsync(Letters)).As(HttpJson.Default.DeadLetterList).DeadLetters);
        Assert.Equal((404, 404, 404), ((await _http.GetAsync(PathOf(letter))).Status, (await _http.PostAsync($"{PathOf(letter)}/retry")).Status, (await _http.DeleteAsync(PathOf(letter))).Status));
    }

    [Fact]
    public async Task What_is_ours_and_merely_too_old_is_signed_anew_and_taken()
    {
        var early = new MessageWriter(_plane.OfPlugin<MessageKeys>(), _plane.OfPlugin<PayloadStore>(), new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(-3)));
        await SendAsync(BusContract.ReportQueue, await early.WriteAsync(Outgoing(BusContract.ReportQueue, BusContract.ReportSubject, Reports()), _cancellation));
        var letter = await OnlyOneAsync();
        Assert.Equal((nameof(RefusalReason.Expired), true, "1 report: Success of c/00000-0000000/create."), (letter.Reason, letter.IsGenuine, letter.Summary));

        Assert.Equal(200, (await _http.PostAsync($"{PathOf(letter)}/retry")).Status);

        await UntilAsync("the end of the queue", () => Task.FromResult(_plane.CountsOf(BusContract.ReportQueue) is { Active: 0, DeadLetter: 0 }));
    }

    [Fact]
    public async Task What_cannot_be_read_stays_dead_when_it_is_sent_again()
    {
        await SendAsync(BusContract.ReportQueue, await _plane.OfPlugin<MessageWriter>().WriteAsync(Outgoing(BusContract.ReportQueue, BusContract.ReportSubject, "{\"Reports\":[{\"secret\":\"hunter2\"}]}"u8.ToArray()), _cancellation));
        var letter = await OnlyOneAsync();
        Assert.Equal((nameof(RefusalReason.Unreadable), true), (letter.Reason, letter.IsGenuine));
        Assert.DoesNotContain("hunter2", (await _http.GetAsync(Letters)).Text, StringComparison.Ordinal);

        Assert.Equal(200, (await _http.PostAsync($"{PathOf(letter)}/retry")).Status);

        await UntilAsync("the letter's return", async () => (await ListAsync()) is [{ Reason: nameof(RefusalReason.Unreadable) } again] && again.SequenceNumber != letter.SequenceNumber);
    }

    [Fact]
    public async Task A_request_that_nobody_could_take_is_sent_again_while_it_is_waited_for_and_done_once()
    {
        _deaf = ControlPlane.RequestQueue;
        var id = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document)).Response.CommandId;
        var letter = await OnlyOneAsync();
        Assert.Equal((ControlPlane.RequestQueue, BusContract.RequestSubject, true), (letter.Queue, letter.Subject, letter.IsGenuine));
        Assert.Contains(letter.Reason, (string[])[nameof(RefusalReason.Repeats), "MaxDeliveryCountExceeded"]);
        Assert.Equal("Create of 'logs' (FakeAWS::S3::Bucket) of the stack 'web': attempt 1, message 1.", letter.Summary);
        Assert.StartsWith(id, letter.OperationId, StringComparison.Ordinal);
        Assert.DoesNotContain("a-name-of-a-bucket", (await _http.GetAsync(Letters)).Text, StringComparison.Ordinal);

        _deaf = null;
        Assert.Equal(200, (await _http.PostAsync($"{PathOf(letter)}/retry")).Status);

        ControlPlane.Succeeded(await _plane.EndOfAsync(id));
        Assert.Single(_plane.Calls, call => call.Operation == OperationVerb.Create);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task A_request_that_stays_dead_fails_its_operation_when_its_time_is_over_and_does_nothing_late()
    {
        _deaf = ControlPlane.RequestQueue;
        var id = Assert.IsType<IntakeOutcome.Accepted>(await _plane.SubmitAsync(Document)).Response.CommandId;
        var letter = await OnlyOneAsync();

        _clock.Forward(TimeSpan.FromHours(3));
        await _plane.CheckAsync(id);

        var command = await _plane.EndOfAsync(id);
        Assert.Equal(States.Failed, command.State);
        Assert.Contains("gave no answer in time", command.TheUpdate().ErrorMessage, StringComparison.Ordinal);
        _deaf = null;
        Assert.Contains("Nobody waits", (await _http.PostAsync($"{PathOf(letter)}/retry")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_plane.Calls, call => call.Operation == OperationVerb.Create);
    }

    [Fact]
    public async Task A_request_that_nobody_waits_for_any_more_is_not_carried_out_late()
    {
        ControlPlane.Succeeded(await _plane.RunAsync(Document));
        var request = Assert.Single(_plane.Sent);
        var early = new MessageWriter(_plane.OfPlugin<MessageKeys>(), _plane.OfPlugin<PayloadStore>(), new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(-3)));
        await SendAsync(ControlPlane.RequestQueue, await early.WriteAsync(Outgoing(ControlPlane.RequestQueue, BusContract.RequestSubject, JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest)), _cancellation));
        var letter = await OnlyOneAsync();

        var refusal = await _http.PostAsync($"{PathOf(letter)}/retry");

        Assert.Equal((409, ErrorCodes.DeadLetterRefused), (refusal.Status, refusal.ErrorCode));
        Assert.Contains("Nobody waits", refusal.Text, StringComparison.Ordinal);
        Assert.Single(_plane.Calls, call => call.Operation == OperationVerb.Create);
    }

    [Fact]
    public async Task Pages_follow_one_another_and_a_letter_in_their_midst_is_taken_without_the_others()
    {
        for (var number = 0; number < 7; number++)
            await SendAsync(BusContract.ReportQueue, new ServiceBusMessage($"{number}") { Subject = "hello", MessageId = $"m{number}" });
        await SendAsync(ControlPlane.RequestQueue, new ServiceBusMessage("x") { Subject = "hello", MessageId = "other" });
        await UntilAsync("eight dead letters", async () => (await ListAsync()).Count == 8);

        var found = new List<DeadLetter>();
        for (string? next = ""; next is not null;)
        {
            var page = (await _http.GetAsync($"{Letters}?max_results=3{(next.Length == 0 ? "" : $"&continuation={next}")}")).As(HttpJson.Default.DeadLetterList);
            Assert.InRange(page.DeadLetters.Count, 1, 3);
            found.AddRange(page.DeadLetters);
            next = page.Next;
        }

        Assert.Equal(["m0", "m1", "m2", "m3", "m4", "m5", "m6", "other"], found.Select(letter => letter.MessageId).Order(StringComparer.Ordinal));
        Assert.Single((await _http.GetAsync($"{Letters}?queue={ControlPlane.RequestQueue}")).As(HttpJson.Default.DeadLetterList).DeadLetters);
        var fourth = found.Single(letter => letter.MessageId == "m3");
        Assert.Equal(200, (await _http.DeleteAsync(PathOf(fourth))).Status);
        Assert.Equal(["m0", "m1", "m2", "m4", "m5", "m6", "other"], (await ListAsync()).Select(letter => letter.MessageId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_queue_of_a_plugin_that_was_taken_away_holds_nobody_up()
    {
        await _plane.AnnounceAsync(announcement => announcement with { Name = "gone", Namespace = "Gone", RequestQueue = "formae-requests-gone", ResourceTypes = [] });
        await SendAsync(BusContract.ReportQueue, new ServiceBusMessage("x") { Subject = "hello" });

        Assert.Equal(BusContract.ReportQueue, (await OnlyOneAsync()).Queue);
        Assert.Equal((200, 404), ((await _http.GetAsync($"{Letters}?queue=formae-requests-gone")).Status, (await _http.GetAsync($"{Letters}/formae-requests-gone/1")).Status));
        Assert.DoesNotContain((await _http.GetAsync("/api/v1/admin/doctor")).As(HttpJson.Default.DoctorReport).Checks, check => check.Name is "dead letters" or "bus" && check.Verdict == Verdicts.Fail);
    }

    [Fact]
    public async Task A_letter_that_somebody_else_holds_is_busy_and_strange_places_are_not_found()
    {
        await SendAsync(BusContract.ReportQueue, new ServiceBusMessage("x") { Subject = "hello" });
        var letter = await OnlyOneAsync();
        await using (var receiver = _plane.Bus.CreateReceiver(BusContract.ReportQueue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }))
        {
            var held = await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(5), _cancellation);
            var busy = await _http.DeleteAsync(PathOf(letter));
            Assert.Equal((409, ErrorCodes.DeadLetterBusy), (busy.Status, busy.ErrorCode));
            await receiver.AbandonMessageAsync(held, cancellationToken: _cancellation);
        }

        Assert.Equal(200, (await _http.DeleteAsync(PathOf(letter))).Status);
        foreach (var path in (string[])[$"{Letters}/formae-reports/x", $"{Letters}/formae-reports/-1", $"{Letters}/no-queue/1"])
            Assert.Equal((404, 404), ((await _http.GetAsync(path)).Status, (await _http.DeleteAsync(path)).Status));
        Assert.Equal((404, 400), ((await _http.GetAsync($"{Letters}?queue=nowhere")).Status, (await _http.GetAsync($"{Letters}?continuation=x")).Status));
    }

    private const string Document = """
        Stacks: [{ Label: web }]
        Targets: [{ Label: eu, Namespace: FakeAWS, Config: { Region: eu-1 } }]
        Resources: [{ Label: logs, Type: "FakeAWS::S3::Bucket", Stack: web, Target: eu, Properties: { BucketName: a-name-of-a-bucket } }]
        """;

    private async Task<ServiceBusMessage> OddAsync(string what)
    {
        var writer = _plane.OfPlugin<MessageWriter>();
        var good = await writer.WriteAsync(Outgoing(BusContract.ReportQueue, BusContract.ReportSubject, Reports()), _cancellation);
        switch (what)
        {
            case "unsigned":
                return new ServiceBusMessage(Reports()) { Subject = BusContract.ReportSubject };
            case "altered":
                good.Body = BinaryData.FromString(good.Body.ToString().Replace("Success", "Failed!", StringComparison.Ordinal));
                return good;
            case "of an unknown key":
                good.ApplicationProperties[MessageProperties.Key] = "k-of-nobody";
                return good;
            case "of another queue":
                return await writer.WriteAsync(Outgoing(BusContract.AnnouncementQueue, BusContract.ReportSubject, Reports()), _cancellation);
            case "of an old contract":
                good.ApplicationProperties[MessageProperties.Contract] = 0L;
                return good;
            default:
                return await writer.WriteAsync(Outgoing(BusContract.ReportQueue, "greeting", "{}"u8.ToArray()), _cancellation);
        }
    }

    private static OutgoingMessage Outgoing(string queue, string subject, byte[] body) => new() { Queue = queue, Subject = subject, Body = body };

    private static byte[] Reports() => Encoding.UTF8.GetBytes("""{"Reports":[{"OperationId":"c/00000-0000000/create","Verb":"Create","Ksuid":"k","Status":"Success"}]}""");

    private async Task SendAsync(string queue, ServiceBusMessage message)
    {
        await using var sender = _plane.Bus.CreateSender(queue);
        await sender.SendMessageAsync(message, _cancellation);
    }

    private static string PathOf(DeadLetter letter) => $"{Letters}/{letter.Queue}/{letter.SequenceNumber}";

    private async Task<IReadOnlyList<DeadLetter>> ListAsync() => (await _http.GetAsync(Letters)).As(HttpJson.Default.DeadLetterList).DeadLetters;

    private async Task<DeadLetter> OnlyOneAsync()
    {
        IReadOnlyList<DeadLetter> letters = [];
        await UntilAsync("one dead letter", async () => (letters = await ListAsync()).Count == 1);
        return letters[0];
    }

    private async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"This did not come: {what}.");
            await Task.Delay(20, _cancellation);
        }
    }
}
