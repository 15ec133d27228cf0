namespace Formae.Protocol.Documents;

/// <summary>How large a document may be.</summary>
public sealed record FormaLimits
{
    /// <summary>Bytes of UTF-8, as it is sent and as it is once aliases and placeholders are written out, in JSON without white space; 128 MiB.</summary>
    public int MaxBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>Objects and arrays inside each other; 128.</summary>
    public int MaxDepth { get; init; } = 128;

    public int MaxResources { get; init; } = 200_000;

    /// <summary>Values that aliases of a YAML document may stand for in total; 100,000.</summary>
    public int MaxAliasedValues { get; init; } = 100_000;

    /// <summary>Members that the merge keys of a YAML document may bring in total, also those that go unused because their key is there already; 1,000,000.</summary>
    public int MaxMergedMembers { get; init; } = 1_000_000;

    /// <summary>How many mistakes are told at once; 200.</summary>
    public int MaxDiagnostics { get; init; } = 200;

    internal const string OutgrownAdvice = "Let aliases and placeholders stand for less, or split the document, one or more stacks each.";

    internal string Outgrown => $"Written out, with its aliases and placeholders, the document has more than {MaxBytes:N0} bytes of JSON; {MaxBytes:N0} are the limit.";
}

public enum DocumentFormat
{
    /// <summary>JSON when the first character is <c>{</c> or <c>[</c>, YAML otherwise.</summary>
    Auto,
    Json,
    Yaml,
}
