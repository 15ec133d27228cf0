namespace Formae.Embedded.ServiceBus;

/// <summary>The broker as a process of its own.</summary>
internal static class BrokerProgram
{
    public static Task<int> RunAsync(string[] args, CancellationToken cancellation = default) => throw new NotImplementedException();
}
