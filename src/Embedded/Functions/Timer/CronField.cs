using System.Globalization;

namespace Formae.Embedded.Functions;

/// <summary>The values that one field of an NCRONTAB line allows.</summary>
internal sealed class CronField
{
    private readonly bool[] _allowed;
    private readonly int _least;

    private CronField(bool[] allowed, int least) => (_allowed, _least) = (allowed, least);

    public bool Allows(int value) => _allowed[value - _least];

    /// <summary>The first allowed value from <paramref name="value"/> on; null when there is none.</summary>
    public int? From(int value)
    {
        for (var at = Math.Max(value, _least); at - _least < _allowed.Length; at++)
        {
            if (_allowed[at - _least])
                return at;
        }

        return null;
    }

    /// <summary>Reads lists, ranges, steps and names: <c>*</c>, <c>*/5</c>, <c>1,3,5</c>, <c>9-17</c>, <c>10-50/10</c>, <c>Mon-Fri</c>.</summary>
    public static CronField Parse(string name, string text, int least, int most, IReadOnlyList<string>? names = null)
    {
        var allowed = new bool[most - least + 1];
        foreach (var part in text.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var all] => (all, (int?)null),
                [var all, var every] when int.TryParse(every, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => (all, number),
                _ => throw Wrong($"'{part}' has no whole, positive step"),
            };
            var (from, to) = range == "*" ? (least, most) : range.Split('-') switch
            {
                [var one] => (Value(one), step is null ? Value(one) : most),
                [var first, var last] => (Value(first), Value(last)),
                _ => throw Wrong($"'{range}' is no range"),
            };
            if (from > to)
                throw Wrong($"the range '{range}' runs backwards");
            for (var value = from; value <= to; value += step ?? 1)
                allowed[value - least] = true;
        }

        return new CronField(allowed, least);

        int Value(string word)
        {
            if (names is not null)
            {
                for (var i = 0; i < names.Count; i++)
                {
                    if (word.Equals(names[i], StringComparison.OrdinalIgnoreCase) || word.Length == 3 && names[i].StartsWith(word, StringComparison.OrdinalIgnoreCase))
                        return i + least;
                }
            }

            return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw Wrong($"'{word}' is not one of {least} to {most}");
        }

        FormatException Wrong(string finding) => new($"{name} '{text}': {finding}");
    }
}
