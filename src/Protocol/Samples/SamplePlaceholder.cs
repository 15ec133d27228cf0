using System.Text.RegularExpressions;

namespace Formae.Protocol.Samples;

/// <summary>One <c>${…}</c> in a text of a conformance file.</summary>
public abstract partial record SamplePlaceholder
{
    private SamplePlaceholder()
    {
    }

    /// <summary><c>${UNIQUE}</c>: letters and digits that no other object has.</summary>
    public sealed record Unique : SamplePlaceholder;

    /// <summary><c>${NAME}</c>: a variable.</summary>
    public sealed record Variable(string Name) : SamplePlaceholder;

    /// <summary><c>${other.Property}</c>, or <c>${other#}</c> (no property) for the native id.</summary>
    public sealed record Other(string Sample, string? Property) : SamplePlaceholder;

    /// <summary><c>$${…}</c>: the text <c>${…}</c> itself.</summary>
    public sealed record Literal(string Text) : SamplePlaceholder;

    /// <summary>What stands between <c>${</c> and <c>}</c> and means nothing.</summary>
    public sealed record Unknown(string Text) : SamplePlaceholder;

    /// <summary>All of a text, in its order.</summary>
    public static IReadOnlyList<(SamplePlaceholder Placeholder, int Start, int Length)> In(string text) => text.Contains("${", StringComparison.Ordinal)
        ? [.. Any().Matches(text).Select(match => (match.Groups["twice"].Success ? new Literal(match.Value[1..]) : Of(match.Groups["inner"].Value), match.Index, match.Length))]
        : [];

    private static SamplePlaceholder Of(string inner)
    {
        if (inner == "UNIQUE")
            return new Unique();
        if (inner.EndsWith('#') && inner.Length > 1)
            return new Other(inner[..^1], null);
        if (inner.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && dot < inner.Length - 1)
            return new Other(inner[..dot], inner[(dot + 1)..]);
        return VariableName().IsMatch(inner) ? new Variable(inner) : new Unknown(inner);
    }

    [GeneratedRegex(@"\$(?<twice>\$)?\{(?<inner>[^{}]*)\}")]
    private static partial Regex Any();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex VariableName();
}
