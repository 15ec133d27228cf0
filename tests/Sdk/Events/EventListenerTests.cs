using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Messaging.Keys;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Formae.Sdk.Functions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Sdk.Tests.Events;

/// <summary>What a plugin that listens does with a message of its subscription.</summary>
public sealed class EventListenerTests : IEventHandler, IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly ServiceProvider _services;
    private readonly IConfiguration _settings;
    private readonly List<ControlPlaneEvent> _heard = [];
    private readonly Settlement _settled = new();
    private Exception? _failure;

    public EventListenerTests()
    {
        _settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [MessageKeys.KeysSetting] = $"one:{Convert.ToBase64String(new byte[32])}",
            [PayloadSettings.Place] = _scratch["payloads"],
            ["FORMAE_EVENTS_TOPIC"] = BusContract.EventTopic,
            ["FORMAE_EVENTS_SUBSCRIPTION"] = "ear",
        }).Build();
        _services = new ServiceCollection().AddLogging().AddFormaeMessaging(_settings).BuildServiceProvider();
    }

    public void Dispose()
    {
        _services.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task An_event_that_was_signed_for_the_topic_is_handled_and_settled()
    {
        await TakeAsync(await MessageAsync());

        Assert.Equal(("c/1/resource.created", "k"), (Assert.Single(_heard).Id, _heard[0].Subject));
        Assert.Equal("complete", _settled.As);
    }

    [Fact]
    public async Task One_that_was_altered_or_is_of_another_queue_is_not_handled()
    {
        var altered = await MessageAsync();
        altered.Body = new BinaryData(altered.Body.ToString().Replace("Success", "Failed", StringComparison.Ordinal));
        await TakeAsync(altered);
        Assert.Equal("dead: WrongSignature", _settled.As);

        await TakeAsync(await MessageAsync(queue: "formae-reports"));
        Assert.Equal("dead: WrongQueue", _settled.As);
        Assert.Empty(_heard);
    }

    [Fact]
    public async Task One_that_its_handler_fails_at_is_not_settled()
    {
        _failure = new InvalidOperationException("not now");

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await TakeAsync(await MessageAsync()));
        Assert.Null(_settled.As);
    }

    [Fact]
    public void Without_its_settings_it_says_which_is_missing()
    {
        var missing = Assert.Throws<InvalidOperationException>(() => new EventListener(this, _services.GetRequiredService<MessageReader>(), new ConfigurationBuilder().Build(), NullLogger<EventListener>.Instance));
        Assert.StartsWith("The setting FORMAE_EVENTS_TOPIC is missing", missing.Message, StringComparison.Ordinal);
    }

    Task IEventHandler.HandleAsync(ControlPlaneEvent happened, CancellationToken cancellationToken)
    {
        if (_failure is not null)
            throw _failure;
        _heard.Add(happened);
        return Task.CompletedTask;
    }

    private Task TakeAsync(ServiceBusMessage message) => new EventListener(this, _services.GetRequiredService<MessageReader>(), _settings, NullLogger<EventListener>.Instance)
        .TakeAsync(Received(message), _settled, TestContext.Current.CancellationToken);

    private static ServiceBusReceivedMessage Received(ServiceBusMessage message) => ServiceBusModelFactory.ServiceBusReceivedMessage(
        body: message.Body, messageId: message.MessageId, correlationId: message.CorrelationId, subject: message.Subject, to: message.To, contentType: message.ContentType,
        properties: message.ApplicationProperties, deliveryCount: 1, enqueuedTime: DateTimeOffset.UtcNow);

    private async Task<ServiceBusMessage> MessageAsync(string queue = BusContract.EventTopic)
    {
        var happened = new ControlPlaneEvent { Id = "c/1/resource.created", Type = EventTypes.ResourceCreated, Subject = "k", Data = new EventData { CommandId = "c", State = "Success" } };
        return await _services.GetRequiredService<MessageWriter>().WriteAsync(new OutgoingMessage
        {
            Queue = queue,
            Subject = happened.Type,
            Body = JsonSerializer.SerializeToUtf8Bytes(happened, EventJson.Default.ControlPlaneEvent),
            ContentType = BusContract.EventContent,
            MessageId = happened.Id,
            OperationId = "c",
        }, TestContext.Current.CancellationToken);
    }

    private sealed class Settlement : ServiceBusMessageActions
    {
        public string? As { get; private set; }

        public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
        {
            As = "complete";
            return Task.CompletedTask;
        }

        public override Task DeadLetterMessageAsync(
            ServiceBusReceivedMessage message,
            Dictionary<string, object>? propertiesToModify = null,
            string? deadLetterReason = null,
            string? deadLetterErrorDescription = null,
            CancellationToken cancellationToken = default)
        {
            As = $"dead: {deadLetterReason}";
            return Task.CompletedTask;
        }
    }
}
