using System.Text.RegularExpressions;

namespace Formae.Protocol.Bus;

/// <summary>A version such as 1.2.3 or 1.2.3-rc.1, and the order of such versions (semver.org, clause 11). What stands after a <c>+</c> is ignored.</summary>
public sealed partial class SemanticVersion : IComparable<SemanticVersion>
{
    private readonly string[] _numbers;
    private readonly string[] _label;

    private SemanticVersion(Match match)
    {
        _numbers = match.Groups["numbers"].Value.Split('.');
        _label = match.Groups["label"].Success ? match.Groups["label"].Value.Split('.') : [];
    }

    /// <summary>Built by a developer, and not released: 0.0.0 with any label, or a label that begins with <c>dev</c>, as in 1.2.0-dev.7.</summary>
    public bool IsDevelopment => _label is ["dev", ..] || _numbers.All(number => number.AsSpan().IndexOfAnyExcept('0') < 0);

    /// <summary>Null when the text is no semantic version.</summary>
    public static SemanticVersion? Find(string? text) => Pattern().Match(text ?? "") is { Success: true } match ? new SemanticVersion(match) : null;

    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
            return 1;
        var numbers = Compare(_numbers, other._numbers);
        if (numbers != 0)
            return numbers;

        // What has a label comes before the release that it leads to.
        return _label.Length == 0 || other._label.Length == 0 ? other._label.Length.CompareTo(_label.Length) : Compare(_label, other._label);
    }

    private static int Compare(string[] one, string[] other)
    {
        var first = one.Zip(other, Compare).FirstOrDefault(order => order != 0);
        return first != 0 ? first : one.Length.CompareTo(other.Length);
    }

    /// <summary>Numbers by their value, however long they are; numbers come before words.</summary>
    private static int Compare(string one, string other)
    {
        var (isNumber, isOtherNumber) = (one.All(char.IsAsciiDigit), other.All(char.IsAsciiDigit));
        if (isNumber != isOtherNumber)
            return isNumber ? -1 : 1;
        if (!isNumber)
            return string.CompareOrdinal(one, other);
        var (value, otherValue) = (one.TrimStart('0'), other.TrimStart('0'));
        return value.Length != otherValue.Length ? value.Length.CompareTo(otherValue.Length) : string.CompareOrdinal(value, otherValue);
    }

    [GeneratedRegex(@"^(?<numbers>[0-9]+\.[0-9]+\.[0-9]+)(-(?<label>[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+[0-9A-Za-z.-]+)?\z")]
    private static partial Regex Pattern();
}
