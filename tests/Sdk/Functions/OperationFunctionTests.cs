using System.Text;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Messaging.Keys;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Formae.Sdk.Functions;
using Formae.Sdk.Testing;
using Formae.Sdk.Tests.Operations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Sdk.Tests.Functions;

public sealed class OperationFunctionTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly BoxHandler _boxes = new();
    private PluginHarness _plugin = null!;
    private ServiceProvider _services = null!;
    private PluginBus _bus = null!;
    private ServiceBusReceiver _requests = null!;
    private ReportBatch _batch = null!;
    private OperationFunction _function = null!;
    private volatile bool _isAway;

    public async ValueTask InitializeAsync()
    {
        _bus = await PluginBus.StartAsync("formae-plugin-test");
        _requests = _bus.Client.CreateReceiver(_bus.Queue);
        _plugin = _boxes.Start();
        var settings = new Dictionary<string, string?> { [MessageKeys.KeysSetting] = $"one:{Convert.ToBase64String(new byte[32])}", [Formae.Messaging.Payloads.PayloadSettings.Place] = _bus.Scratch["payloads"] };
        _services = new ServiceCollection().AddLogging().AddFormaeMessaging(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();
        var senders = new BusSenders(_bus.Client, _services.GetRequiredService<MessageWriter>());
        _batch = new ReportBatch(
            (queue, body) => _isAway ? throw new ServiceBusException("Away.", ServiceBusFailureReason.ServiceCommunicationProblem) : senders.SendReportsAsync(queue, body),
            _services.GetRequiredService<PayloadStore>(), 8 << 20, TimeSpan.FromMilliseconds(5), new ImpatientTime());
        _function = new OperationFunction(_plugin.Operator, _batch, _services.GetRequiredService<MessageReader>(), new PluginAppOptions { RequestQueue = _bus.Queue }, NullLogger<OperationFunction>.Instance, new ImpatientTime());
    }

    public async ValueTask DisposeAsync()
    {
        _batch.Dispose();
        await _services.DisposeAsync();
        await _plugin.DisposeAsync();
        await _bus.DisposeAsync();
    }

    [Fact]
    public async Task A_request_is_served_reported_and_settled()
    {
        var request = Requests.Create("Test::Box::Box", """{"Name":"a"}""");
        await SendAsync(await MessageAsync(request));
        await ServeAsync();
        var message = await _bus.Client.CreateReceiver(BusContract.ReportQueue).ReceiveMessageAsync(Patience);
        Assert.Equal(BusContract.ReportSubject, message.Subject);
        var report = Assert.Single(JsonSerializer.Deserialize(message.Body.ToMemory().Span, BusJson.Default.OperationReports)!.Reports);
        Assert.Equal((request.OperationId, OperationStatus.Success), (report.OperationId, report.Status));
        Assert.Equal(0, _bus.Waiting);
    }

    [Theory]
    [InlineData(BusContract.RequestSubject, "this is no JSON", RefusalReason.Unreadable, "wrong at")]
    [InlineData(BusContract.RequestSubject, "{}", RefusalReason.Unreadable, "no operation-request")]
    [InlineData(BusContract.RequestSubject, "null", RefusalReason.Unreadable, "null")]
    [InlineData("something-else", "{}", RefusalReason.UnknownKind, "'something-else'")]
    public async Task A_message_that_cannot_be_read_goes_to_the_dead_letters_with_the_reason(string subject, string body, RefusalReason expected, string reason)
    {
        await SendAsync(await MessageAsync(subject, Encoding.UTF8.GetBytes(body)));
        await ServeAsync();
        var dead = await _bus.Client.CreateReceiver(_bus.Queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }).ReceiveMessageAsync(Patience);
        Assert.Equal(expected.ToString(), dead.DeadLetterReason);
        Assert.Contains(reason, dead.DeadLetterErrorDescription);
    }

    [Fact]
    public async Task A_request_whose_report_was_not_sent_is_not_settled()
    {
        await SendAsync(await MessageAsync(Requests.Create("Test::Box::Box", """{"Name":"a"}""") with { ReportTo = "no-such-queue" }));
        await Assert.ThrowsAsync<ServiceBusException>(ServeAsync);
        Assert.Equal(1, _bus.Waiting);
    }

    [Fact]
    public async Task What_was_done_is_not_done_again_when_its_request_comes_again_because_its_report_could_not_be_sent()
    {
        var calls = 0;
        _boxes.Create = (box, _) =>
        {
            calls++;
            return Task.FromResult<CreateResult<Box>>(new CreateResult<Box>.Success("box-1", box.Desired));
        };
        await SendAsync(await MessageAsync(Requests.Create("Test::Box::Box", """{"Name":"a"}"""), "request-1"));
        _isAway = true;
        var message = await _requests.ReceiveMessageAsync(Patience, CancellationToken.None);
        await Assert.ThrowsAsync<ServiceBusException>(() => _function.RunAsync(message, new Actions(_requests), CancellationToken.None));
        await _requests.AbandonMessageAsync(message);

        _isAway = false;
        await ServeAsync();

        Assert.Equal((1, 0), (calls, _bus.Waiting));
        var report = Assert.Single(JsonSerializer.Deserialize((await _bus.Client.CreateReceiver(BusContract.ReportQueue).ReceiveMessageAsync(Patience)).Body.ToMemory().Span, BusJson.Default.OperationReports)!.Reports);
        Assert.Equal(OperationStatus.Success, report.Status);
    }

    [Fact]
    public async Task A_request_whose_payload_cannot_be_fetched_for_a_moment_is_served()
    {
        var place = _bus.Scratch["payloads"];
        await SendAsync(await MessageAsync(Requests.Create("Test::Box::Box", $$"""{"Name":"{{new string('a', 300_000)}}"}""")));
        var file = Assert.Single(Directory.GetFiles(Path.Combine(place, "messages")));
        File.Move(file, file + ".kept");
        Directory.CreateDirectory(file);
        _function = new OperationFunction(_plugin.Operator, _batch, _services.GetRequiredService<MessageReader>(), new PluginAppOptions { RequestQueue = _bus.Queue }, NullLogger<OperationFunction>.Instance, new ImpatientTime(() =>
        {
            if (!Directory.Exists(file))
                return;
            Directory.Delete(file);
            File.Move(file + ".kept", file);
        }));

        await ServeAsync();

        Assert.Equal(0, _bus.Waiting);
        Assert.False(File.Exists(file), "What was fetched is removed.");
    }

    [Fact]
    public async Task An_app_that_is_told_to_stop_gives_its_request_back()
    {
        _boxes.Create = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return Problems.NotFound("never");
        };
        await SendAsync(await MessageAsync(Requests.Create("Test::Box::Box", """{"Name":"a"}""")));
        using var stopping = new CancellationTokenSource();
        var serving = ServeAsync(stopping.Token);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving.WaitAsync(Patience));
        Assert.Equal(1, _bus.Waiting);
    }

    private ValueTask<ServiceBusMessage> MessageAsync(OperationRequest request, string? id = null) => MessageAsync(BusContract.RequestSubject, JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest), id);

    private ValueTask<ServiceBusMessage> MessageAsync(string subject, byte[] body, string? id = null) =>
        _services.GetRequiredService<MessageWriter>().WriteAsync(new OutgoingMessage { Queue = _bus.Queue, Subject = subject, Body = body, MessageId = id }, CancellationToken.None);

    private Task SendAsync(ServiceBusMessage message) => _bus.Client.CreateSender(_bus.Queue).SendMessageAsync(message);

    private Task ServeAsync() => ServeAsync(CancellationToken.None);

    private async Task ServeAsync(CancellationToken cancellationToken)
    {
        var message = await _requests.ReceiveMessageAsync(Patience, CancellationToken.None);
        await _function.RunAsync(message, new Actions(_requests), cancellationToken);
    }

    /// <summary>Pauses that are over at once, after something has happened.</summary>
    private sealed class ImpatientTime(Action? happening = null) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            happening?.Invoke();
            return System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.FromMilliseconds(1), period);
        }
    }

    /// <summary>Settles as the host does, at the receiver that the message came from.</summary>
    private sealed class Actions(ServiceBusReceiver receiver) : ServiceBusMessageActions
    {
        public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
            receiver.CompleteMessageAsync(message, cancellationToken);

        public override Task DeadLetterMessageAsync(
            ServiceBusReceivedMessage message,
            Dictionary<string, object>? propertiesToModify = null,
            string? deadLetterReason = null,
            string? deadLetterErrorDescription = null,
            CancellationToken cancellationToken = default) =>
            receiver.DeadLetterMessageAsync(message, deadLetterReason, deadLetterErrorDescription, cancellationToken);
    }
}
