namespace Formae.Cli.Traces;

/// <summary>A span as a file has it.</summary>
internal sealed record TraceSpan
{
    public required string Trace { get; init; }

    public required string Id { get; init; }

    /// <summary>Null: the first of its tree.</summary>
    public string? Parent { get; init; }

    public required string Name { get; init; }

    /// <summary>The name of the service whose process recorded it.</summary>
    public required string Service { get; init; }

    public required DateTimeOffset Start { get; init; }

    public required TimeSpan Duration { get; init; }

    public bool HasFailed { get; init; }

    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    public DateTimeOffset End => Start + Duration;
}
