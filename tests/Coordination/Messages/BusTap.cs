using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Coordination.Tests.Cluster;
using Formae.Messaging;
using Formae.Protocol.Bus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Coordination.Tests.Messages;

/// <summary>Keeps a copy of every message that passes, and knows how to send what nobody should.</summary>
internal sealed class BusTap
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public ConcurrentQueue<(string Queue, ServiceBusReceivedMessage Message)> Passed { get; } = [];

    public async Task TakeAsync(string queue, ServiceBusReceivedMessage message, Func<bool, Task> take)
    {
        Passed.Enqueue((queue, message));
        await take(true);
    }

    public IReadOnlyList<ServiceBusReceivedMessage> Of(string queue) => [.. Passed.Where(passed => passed.Queue == queue).Select(passed => passed.Message)];

    /// <summary>A copy that the bus does not drop.</summary>
    public static ServiceBusMessage Renamed(ServiceBusReceivedMessage message) => new(message) { MessageId = Guid.NewGuid().ToString("N") };

    /// <summary>A writer with other keys or another clock than those of the control plane.</summary>
    public static MessageWriter WriterWith(ControlPlane plane, string? keys = null, TimeProvider? time = null)
    {
        var settings = new Dictionary<string, string?> { ["FormaeMessageKeys"] = keys ?? File.ReadAllText(plane.KeyFile), ["FormaePayloads"] = plane.PayloadFolder };
        return new ServiceCollection().AddLogging().AddSingleton(time ?? TimeProvider.System)
            .AddFormaeMessaging(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider().GetRequiredService<MessageWriter>();
    }

    public static OutgoingMessage Outgoing(OperationRequest request) => new()
    {
        Queue = ControlPlane.RequestQueue,
        Subject = BusContract.RequestSubject,
        Body = JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest),
        OperationId = request.OperationId,
    };

    public static OutgoingMessage Outgoing(OperationReport report) => new()
    {
        Queue = BusContract.ReportQueue,
        Subject = BusContract.ReportSubject,
        Body = JsonSerializer.SerializeToUtf8Bytes(new OperationReports { Reports = [report] }, BusJson.Default.OperationReports),
    };

    /// <summary>Sends a message that must end among the dead letters, and returns it from there.</summary>
    public static async Task<ServiceBusReceivedMessage> DeadLetterAsync(ControlPlane plane, string queue, ServiceBusMessage message)
    {
        await SendAsync(plane, queue, message);
        await using var dead = plane.Bus.CreateReceiver(queue, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter, ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        var letter = await dead.ReceiveMessageAsync(Patience, TestContext.Current.CancellationToken);
        Assert.True(letter is not null, $"The message did not come among the dead letters of {queue} within {Patience}.");
        Assert.Equal(message.MessageId, letter.MessageId);
        return letter;
    }

    public static async Task SendAsync(ControlPlane plane, string queue, ServiceBusMessage message)
    {
        await using var sender = plane.Bus.CreateSender(queue);
        await sender.SendMessageAsync(message, TestContext.Current.CancellationToken);
    }

    /// <summary>Returns when everything that waited in a queue has been taken and settled.</summary>
    public static async Task EmptyAsync(ControlPlane plane, string queue)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (plane.CountsOf(queue).Active > 0)
        {
            Assert.False(patience.IsCancellationRequested, $"{queue} was not emptied within {Patience}: {plane.CountsOf(queue)}");
            await Task.Yield();
        }
    }
}
