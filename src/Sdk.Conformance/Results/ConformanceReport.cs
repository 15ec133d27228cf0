using System.Text;

namespace Formae.Sdk.Conformance;

/// <summary>What came of all phases that were tried.</summary>
/// <param name="Results">In the order in which they were tried.</param>
public sealed record ConformanceReport(IReadOnlyList<PhaseResult> Results)
{
    /// <summary>Whether the run ended before everything was tried: it was cancelled, or the plugin did not come back. Default: false.</summary>
    public bool IsBrokenOff { get; init; }

    /// <summary>What was made and could not be removed again, with its native id, or may have been made. Default: nothing.</summary>
    public IReadOnlyList<string> Left { get; init; } = [];

    /// <summary>Whether nothing failed.</summary>
    public bool Conforms => !IsBrokenOff && Results.All(result => result.Verdict != Verdict.Failed);

    /// <summary>What failed.</summary>
    public IEnumerable<PhaseResult> Failures => Results.Where(result => result.Verdict == Verdict.Failed);

    /// <summary>A line for each phase, failures first and with their reasons.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var sample in Results.GroupBy(result => (result.Sample, result.Type)))
        {
            var failed = sample.Count(result => result.Verdict == Verdict.Failed);
            text.Append(sample.Key.Type).Append(sample.Key.Sample.Length == 0 ? "" : $" ({sample.Key.Sample})")
                .AppendLine(failed == 0 ? $" conforms: {Count(sample, Verdict.Passed)} phases passed." : $" does not conform: {failed} of {sample.Count()} phases failed.");
            foreach (var result in sample.OrderBy(result => result.Verdict switch { Verdict.Failed => 0, Verdict.Passed => 1, _ => 2 }))
                text.Append(result.Verdict switch { Verdict.Failed => "  FAILED  ", Verdict.Passed => "  passed  ", _ => "  n/a     " }).Append(result.Phase.Name.PadRight(14)).AppendLine(result.Reason);
        }

        if (IsBrokenOff)
            text.AppendLine("Broken off: not everything was tried.");
        foreach (var left in Left)
            text.Append("LEFT BEHIND  ").AppendLine(left);
        return text.ToString();
    }

    private static int Count(IEnumerable<PhaseResult> results, Verdict verdict) => results.Count(result => result.Verdict == verdict);
}
