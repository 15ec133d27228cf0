using Microsoft.Extensions.Logging;

namespace Formae.Coordinator.Bus;

/// <summary>
/// A message that its function fails at comes again at once, and after ten times it is dead: storage that is away for a second would cost a report. So a delivery is tried
/// again in its place, with pauses, before the message is given back. All its deliveries together outlast two minutes, each ends well before the lock of a minute does.
/// </summary>
internal sealed partial class DeliveryPatience(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan[] Pauses = [.. Enumerable.Range(1, 5).Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>Every failure may pass: which one it is when the task hub or storage is away differs from host to host.</summary>
    public async Task<T> TryAsync<T>(Func<Task<T>> deliver, string messageId, CancellationToken cancellation)
    {
        foreach (var pause in Pauses)
        {
            try
            {
                return await deliver();
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                LogAgain(messageId, pause.TotalSeconds, e);
            }

            await Task.Delay(pause, time, cancellation);
        }

        return await deliver();
    }

    [LoggerMessage(EventId = 2005, Level = LogLevel.Warning, Message = "Message {MessageId} could not be handed on; again in {Seconds} s")]
    private partial void LogAgain(string messageId, double seconds, Exception exception);
}
