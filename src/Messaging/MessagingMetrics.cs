using System.Diagnostics.Metrics;

namespace Formae.Messaging;

/// <summary>What happens to messages, in numbers.</summary>
public sealed class MessagingMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Formae.Messaging";

    private readonly Counter<long> _refused;

    /// <param name="meters">Makes meters.</param>
    public MessagingMetrics(IMeterFactory meters) =>
        _refused = meters.Create(MeterName).CreateCounter<long>("formae.messages.refused", "{message}", "Messages that went to the dead letters, by reason and kind.");

    internal void Refused(RefusalReason reason, string? subject) => _refused.Add(1, new("reason", reason.ToString()), new("kind", subject));
}
