namespace Formae.Sdk.Conformance;

/// <summary>What goes wrong between a plugin and its server.</summary>
internal enum FaultKind
{
    None,

    /// <summary>Every second request is refused as one too many, and asked to come again in a second.</summary>
    Throttled,

    /// <summary>Every answer takes a while.</summary>
    Slow,

    /// <summary>The server does what it is asked to, and the connection breaks before it has answered.</summary>
    AnswerLost,

    /// <summary>The server does what it is asked to, and never answers.</summary>
    Silent,
}

/// <summary>A fault, and how often it strikes: one that never ended could not be lived through.</summary>
/// <param name="kind">What goes wrong.</param>
/// <param name="most">How often at most.</param>
/// <param name="skipped">How many requests that it could strike it lets through first.</param>
internal sealed class Fault(FaultKind kind, int most, int skipped = 0)
{
    private int _requests;
    private int _candidates;
    private int _struck;

    public static Fault None { get; } = new(FaultKind.None, 0);

    /// <summary>How often it has struck.</summary>
    public int Struck => Math.Min(Volatile.Read(ref _struck), most);

    /// <summary>What becomes of the next request.</summary>
    /// <param name="onlyReads">It changes nothing, as far as a proxy can tell: there is no need for its answer to be lost.</param>
    public FaultKind Next(bool onlyReads)
    {
        if (kind is FaultKind.None || (kind is FaultKind.Throttled && Interlocked.Increment(ref _requests) % 2 == 0) || (kind is FaultKind.AnswerLost or FaultKind.Silent && onlyReads)
            || Interlocked.Increment(ref _candidates) <= skipped)
            return FaultKind.None;
        return Interlocked.Increment(ref _struck) <= most ? kind : FaultKind.None;
    }
}
