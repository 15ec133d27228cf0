using Azure.Core;

namespace Formae.Messaging.KeyRing;

/// <summary>The framework reads and writes the ring without waiting, so a thread stands still meanwhile: storage or a vault that hangs may hold it for seconds, not for minutes.</summary>
internal sealed class RingOptions : ClientOptions
{
    public RingOptions()
    {
        Retry.MaxRetries = 1;
        Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
    }
}
