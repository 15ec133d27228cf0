using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;

namespace Formae.Messaging;

/// <summary>
/// A message that its function fails at comes again at once, and after ten times it is dead: storage that is away for a second would cost a report. So what a message
/// leads to is tried again in its place, with pauses, before the message is given back.
/// </summary>
public sealed partial class DeliveryPatience
{
    private readonly TimeSpan[] _pauses;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private DeliveryPatience(TimeProvider time, ILogger logger, params int[] pauses) =>
        (_time, _logger, _pauses) = (time, logger, [.. pauses.Select(seconds => TimeSpan.FromSeconds(seconds))]);

    /// <summary>For what a message is handed on to. All its deliveries together outlast two minutes, each ends well before the lock of a minute does.</summary>
    public static DeliveryPatience OfDeliveries(TimeProvider time, ILogger logger) => new(time, logger, 1, 2, 3, 4, 5);

    /// <summary>For telling of work that was done: to give its message back is to do it once more, perhaps. One delivery outlasts two minutes, in which the host renews its lock.</summary>
    public static DeliveryPatience OfFinishedWork(TimeProvider time, ILogger logger) => new(time, logger, 1, 2, 3, 4, 5, 15, 30, 60);

    /// <summary>
    /// Every failure may pass, for which one it is when the bus, the task hub or storage are away differs from host to host; but for a queue that is not there nobody waits.
    /// </summary>
    public async Task<T> TryAsync<T>(Func<Task<T>> deliver, string messageId, CancellationToken cancellation)
    {
        foreach (var pause in _pauses)
        {
            try
            {
                return await deliver().ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && e is not ServiceBusException { Reason: ServiceBusFailureReason.MessagingEntityNotFound })
            {
                LogAgain(messageId, pause.TotalSeconds, e);
            }

            await Task.Delay(pause, _time, cancellation).ConfigureAwait(false);
        }

        return await deliver().ConfigureAwait(false);
    }

    [LoggerMessage(EventId = 4530, Level = LogLevel.Warning, Message = "What message {MessageId} leads to did not get through; again in {Seconds} s")]
    private partial void LogAgain(string messageId, double seconds, Exception exception);
}
