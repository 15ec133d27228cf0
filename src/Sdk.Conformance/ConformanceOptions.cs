using Formae.Model;

namespace Formae.Sdk.Conformance;

/// <summary>What of a conformance file is tried, and with which values.</summary>
public sealed record ConformanceOptions
{
    /// <summary>The value of a variable of the file; null when it has none. Default: the environment's.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Only these samples, by their names. Default: all.</summary>
    public IReadOnlyCollection<string>? Samples { get; init; }

    /// <summary>Only these types, in whatever case. Default: all.</summary>
    public IReadOnlyCollection<string>? Types { get; init; }

    /// <summary>Only these phases. Default: all.</summary>
    public IReadOnlyCollection<Phase>? Phases { get; init; }

    /// <summary>Is told of each phase when it is done. Default: nobody.</summary>
    public Action<PhaseResult>? Told { get; init; }
}

/// <summary>A conformance file cannot be worked with.</summary>
/// <param name="diagnostics">What is wrong with it, and where.</param>
public sealed class ConformanceFileException(IReadOnlyList<Diagnostic> diagnostics) : Exception(string.Join(Environment.NewLine, diagnostics.Select(one => one.Detail is null ? $"{one}" : $"{one} {one.Detail}")))
{
    /// <summary>What is wrong with it, and where.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; } = diagnostics;
}
