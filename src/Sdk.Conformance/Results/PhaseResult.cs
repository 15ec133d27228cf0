namespace Formae.Sdk.Conformance;

/// <summary>What came of a phase.</summary>
public enum Verdict
{
    /// <summary>The type does what the phase asks.</summary>
    Passed,

    /// <summary>It does not; the reason says what was seen.</summary>
    Failed,

    /// <summary>There is nothing to try; the reason says why.</summary>
    NotApplicable,
}

/// <summary>One phase of one sample.</summary>
/// <param name="Sample">The sample's name; empty for a type without one.</param>
/// <param name="Type">The resource type.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Verdict">What came of it.</param>
/// <param name="Reason">Why it failed, or does not apply. Null when it passed.</param>
/// <param name="Duration">How long it took.</param>
public sealed record PhaseResult(string Sample, string Type, Phase Phase, Verdict Verdict, string? Reason, TimeSpan Duration);
