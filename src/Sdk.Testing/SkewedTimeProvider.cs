namespace Formae.Sdk.Testing;

/// <summary>The system's clock, some time off; timers run as they do everywhere.</summary>
internal sealed class SkewedTimeProvider(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
