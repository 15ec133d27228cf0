using Azure;
using Azure.Messaging.ServiceBus;

namespace Formae.Coordination;

/// <summary>Which failures of storage and bus come to an end by themselves: the same again, a little later, may go through.</summary>
internal static class PassingFailures
{
    // What the durable client lets through under the host of Azure Functions. Its package comes with Azure's durable packages alone, so code that names the type would not
    // build with the embedded libraries. What goes wrong behind the host, such as its storage being away, has the status Unknown: so all are taken for passing but those
    // that say of the call itself that it cannot be.
    private const string OfHub = "Grpc.Core.RpcException";
    private static readonly string[] Lasting = ["InvalidArgument", "NotFound", "AlreadyExists", "FailedPrecondition", "OutOfRange", "Unimplemented"];

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    public static bool IsPassing(this Exception failure) => failure switch
    {
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
        ServiceBusException failed => failed.IsTransient,
        TimeoutException or IOException or HttpRequestException => true,

        // The clients of Azure say so of a try that took longer than they wait, and of several tries that came to nothing.
        TaskCanceledException { InnerException: TaskCanceledException } => true,
        AggregateException tries => tries.InnerExceptions.All(IsPassing),
        _ => failure.GetType().FullName == OfHub && !Lasting.Any(status => failure.Message.Contains($"StatusCode=\"{status}\"", StringComparison.Ordinal)),
    };

    /// <summary>How long to wait before the same is tried again: longer, the longer it lasts, to a minute.</summary>
    public static TimeSpan PauseAfter(TimeSpan waited, TimeSpan shortest) => TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 4, shortest.Ticks, LongestPause.Ticks));
}
