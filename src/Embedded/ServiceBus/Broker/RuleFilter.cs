namespace Formae.Embedded.ServiceBus;

/// <summary>Decides whether a subscription gets a message.</summary>
internal abstract record RuleFilter
{
    private RuleFilter()
    {
    }

    public abstract bool Matches(MessageTraits message);

    internal sealed record Always : RuleFilter
    {
        public override bool Matches(MessageTraits message) => true;
    }

    internal sealed record Never : RuleFilter
    {
        public override bool Matches(MessageTraits message) => false;
    }

    /// <summary>Everything that is given must be equal; properties are compared as text when the rule gives text.</summary>
    internal sealed record Correlation : RuleFilter
    {
        public string? MessageId { get; init; }

        public string? CorrelationId { get; init; }

        public string? Subject { get; init; }

        public string? To { get; init; }

        public string? ReplyTo { get; init; }

        public string? ReplyToSessionId { get; init; }

        public string? SessionId { get; init; }

        public string? ContentType { get; init; }

        public IReadOnlyDictionary<string, object> Properties { get; init; } = new Dictionary<string, object>();

        public override bool Matches(MessageTraits message) =>
            Agrees(MessageId, message.MessageId) && Agrees(CorrelationId, message.CorrelationId) && Agrees(Subject, message.Subject) && Agrees(To, message.To)
            && Agrees(ReplyTo, message.ReplyTo) && Agrees(ReplyToSessionId, message.ReplyToSessionId) && Agrees(SessionId, message.SessionId)
            && Agrees(ContentType, message.ContentType)
            && Properties.All(wanted => message.Properties.TryGetValue(wanted.Key, out var value) && SameValue(wanted.Value, value));

        private static bool Agrees(string? wanted, string? actual) => wanted is null || wanted == actual;

        private static bool SameValue(object wanted, object? actual) => (wanted, actual) switch
        {
            (long number, int value) => number == value,
            (double number, float value) => number == value,
            _ => wanted.Equals(actual),
        };
    }
}
