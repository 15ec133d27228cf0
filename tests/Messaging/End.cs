using System.Diagnostics.Metrics;
using Azure.Messaging.ServiceBus;
using Formae.Messaging.Keys;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Messaging.Tests;

/// <summary>One end of the bus: its keys, payloads and clock, and the bus's way of handing a message over.</summary>
internal sealed class End : IDisposable
{
    public const string Queue = "formae-requests-test";

    private readonly ServiceProvider _services;
    private readonly MeterListener _listener = new();

    public End(string folder, string keys, FakeTimeProvider time) : this(folder, MessageKeys.KeysSetting, keys, time)
    {
    }

    public End(string folder, string setting, string value, FakeTimeProvider time)
    {
        var settings = new Dictionary<string, string?> { [setting] = value, [PayloadSettings.Place] = Path.Combine(folder, "payloads") };
        _services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(time).AddFormaeMessaging(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();

        // Asked for now: the listener hears of the instruments of every test that runs, also when this one's services are just going away.
        var own = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MessagingMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, own))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (var (name, tag) in tags)
            {
                if (name == "reason")
                    Refused.AddRange(Enumerable.Repeat((string)tag!, (int)count));
            }
        });
        _listener.Start();
    }

    /// <summary>The reasons that the meter was told.</summary>
    public List<string> Refused { get; } = [];

    public MessageWriter Writer => _services.GetRequiredService<MessageWriter>();

    public MessageReader Reader => _services.GetRequiredService<MessageReader>();

    public PayloadStore Payloads => _services.GetRequiredService<PayloadStore>();

    public MessageKeys Keys => _services.GetRequiredService<MessageKeys>();

    public static OutgoingMessage Outgoing(ReadOnlyMemory<byte> body, string subject = BusContract.RequestSubject) =>
        new() { Queue = Queue, Subject = subject, Body = body, MessageId = "c/r/create/1", OperationId = "c/r/create" };

    public async Task<ServiceBusMessage> WriteAsync(ReadOnlyMemory<byte> body) => await Writer.WriteAsync(Outgoing(body), CancellationToken.None);

    public async Task<Reading<OperationRequest>> ReadAsync(ServiceBusMessage message, int deliveries = 1, string queue = Queue) =>
        await Reader.ReadAsync(Delivered(message, deliveries), MessageKinds.Request, queue, CancellationToken.None);

    public async Task<RefusalReason> RefusalOfAsync(ServiceBusMessage message, int deliveries = 1, string queue = Queue) =>
        Assert.IsType<Reading<OperationRequest>.Refused>(await ReadAsync(message, deliveries, queue)).Refusal.Reason;

    public async Task<OperationRequest> AcceptedAsync(ServiceBusMessage message)
    {
        var reading = await ReadAsync(message);
        Assert.True(reading is Reading<OperationRequest>.Accepted, (reading as Reading<OperationRequest>.Refused)?.Refusal.ToString());
        return ((Reading<OperationRequest>.Accepted)reading).Body;
    }

    /// <summary>The message as the bus delivers it.</summary>
    public static ServiceBusReceivedMessage Delivered(ServiceBusMessage message, int deliveries = 1) => ServiceBusModelFactory.ServiceBusReceivedMessage(
        message.Body,
        message.MessageId,
        correlationId: message.CorrelationId,
        subject: message.Subject,
        to: message.To,
        contentType: message.ContentType,
        properties: message.ApplicationProperties,
        deliveryCount: deliveries);

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }
}
