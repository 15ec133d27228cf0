namespace Formae.Coordination.Publishing;

/// <summary>How far the events of one command, or of one synchronisation, are told. What its entity remembers, and how that changes.</summary>
public sealed record Publication
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>The number of the last row of the journal whose events the bus has taken.</summary>
    public long Told { get; init; }

    /// <summary>Of a synchronisation: what happened is what it saw.</summary>
    public bool IsDrift { get; init; }

    /// <summary>W3C trace context of a synchronisation; a command has it in its row.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The command is over: when everything is told, that is told too.</summary>
    public bool HasEnded { get; init; }

    /// <summary>That has been told. Whatever comes now comes late, and for the second time.</summary>
    public bool IsOver { get; init; }

    /// <summary>A signal to go on is on its way.</summary>
    public bool IsWaiting { get; init; }

    /// <summary>How often in a row the bus, or storage, has refused.</summary>
    public int Failures { get; init; }

    /// <summary>Nothing more comes of it: it may be forgotten.</summary>
    public bool IsQuiet => !IsWaiting && (IsOver || IsDrift);

    /// <summary>There is something new.</summary>
    public Publication Heard(EventNotice notice) =>
        this with { HasEnded = HasEnded || notice.HasEnded, IsDrift = IsDrift || notice.IsDrift, TraceParent = notice.TraceParent ?? TraceParent };

    /// <summary>The bus has taken some of it.</summary>
    /// <param name="told">Up to which row of the journal.</param>
    /// <param name="hasMore">Whether there is more of it.</param>
    public Publication Advanced(long told, bool hasMore) => this with { Told = told, Failures = 0, IsWaiting = hasMore, IsOver = HasEnded && !hasMore };

    /// <summary>It was refused: how long to wait, a little longer each time.</summary>
    public (Publication Next, TimeSpan Pause) Refused()
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(Failures, 10));
        return (this with { Failures = Failures + 1, IsWaiting = true }, pause < LongestPause ? pause : LongestPause);
    }
}

/// <summary>To the entity that tells of a command: there is something new in its journal.</summary>
public sealed record EventNotice
{
    /// <summary>The entity's operation.</summary>
    public const string Operation = "Tell";

    /// <summary>The command is over.</summary>
    public bool HasEnded { get; init; }

    /// <summary>It is no command but a synchronisation.</summary>
    public bool IsDrift { get; init; }

    /// <summary>W3C trace context of the synchronisation.</summary>
    public string? TraceParent { get; init; }
}
