namespace Formae.Protocol.Http;

/// <summary>One look at everything that can be wrong with a control plane.</summary>
public sealed record DoctorReport
{
    public string Version { get; init; } = "";

    /// <summary>The worst of the checks: <c>ok</c>, <c>warn</c> or <c>fail</c>.</summary>
    public string Verdict { get; init; } = Verdicts.Ok;

    public IReadOnlyList<DoctorCheck> Checks { get; init; } = [];
}

public sealed record DoctorCheck
{
    /// <summary>What was looked at.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>ok</c>; <c>warn</c>: it works, and somebody should look; <c>fail</c>: something does not work.</summary>
    public string Verdict { get; init; } = Verdicts.Ok;

    /// <summary>What was found.</summary>
    public string Detail { get; init; } = "";

    /// <summary>What to do; absent where all is well.</summary>
    public string? Advice { get; init; }
}

public static class Verdicts
{
    public const string Ok = "ok";
    public const string Warn = "warn";
    public const string Fail = "fail";

    /// <summary>The worst of them.</summary>
    public static string WorstOf(IEnumerable<DoctorCheck> checks)
    {
        var all = checks.Select(check => check.Verdict).ToHashSet(StringComparer.Ordinal);
        return all.Contains(Fail) ? Fail : all.Contains(Warn) ? Warn : Ok;
    }
}
