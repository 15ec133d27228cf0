using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Formae.Telemetry;

/// <summary>What goes over the bus, as OpenTelemetry's conventions for messaging name it.</summary>
public static class MessageMeasures
{
    private static readonly Counter<long> Messages = Measures.Meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Messages given to the bus.");

    private static readonly Counter<long> Taken = Measures.Meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Messages taken from the bus.");

    private static readonly Histogram<double> Waits = Measures.Times("formae.queue.time", "How long a message waited in its queue, from the time it was due.");

    /// <summary>A message was sent.</summary>
    public static void Sent(string queue)
    {
        if (Messages.Enabled)
            Messages.Add(1, Tags(queue));
    }

    /// <summary>A message was received.</summary>
    /// <param name="queue">From where.</param>
    /// <param name="enqueuedAt">When the bus had it ready, by the bus's clock.</param>
    public static void Received(string queue, DateTimeOffset enqueuedAt)
    {
        if (Taken.Enabled)
            Taken.Add(1, Tags(queue));
        if (Waits.Enabled)
            Waits.Record(Math.Max(0, (DateTimeOffset.UtcNow - enqueuedAt).TotalSeconds), Tags(queue));
    }

    private static TagList Tags(string queue) => new() { { Attributes.MessagingSystem, "servicebus" }, { Attributes.Queue, queue } };
}
