using Azure;
using Azure.Messaging.ServiceBus;

namespace Formae.Coordinator;

/// <summary>Which failures of storage and bus come to an end by themselves: the same again, a little later, may go through.</summary>
internal static class PassingFailures
{
    // Not among them is the RpcException of the durable client under the host of Azure Functions, even where its status is Unavailable: its package comes with Azure's
    // durable packages alone, so code that names it would not build with the embedded libraries. A request that fails by it is answered InternalError.
    public static bool IsPassing(this Exception failure) => failure switch
    {
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
        ServiceBusException failed => failed.IsTransient,
        TimeoutException or IOException or HttpRequestException => true,

        // The clients of Azure say so of a try that took longer than they wait, and of several tries that came to nothing.
        TaskCanceledException { InnerException: TaskCanceledException } => true,
        AggregateException tries => tries.InnerExceptions.All(IsPassing),
        _ => false,
    };
}
