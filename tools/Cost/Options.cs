using System.Globalization;

namespace Formae.Cost;

/// <summary>What stands on the command line: <c>--name value</c>, or <c>--name=value</c>.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <exception cref="UsageException">An option is not known, has no value, or comes twice.</exception>
    public Options(IReadOnlyList<string> arguments, params string[] known)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var before, var after] && before.StartsWith("--", StringComparison.Ordinal) ? (before, after) : (arguments[i], null);
            if (!name.StartsWith("--", StringComparison.Ordinal) || !known.Contains(name[2..]))
                throw new UsageException($"'{name}' is not known here. Known: {string.Join(", ", known.Select(one => "--" + one))}.");
            if (value is null && (i + 1 == arguments.Count || arguments[i + 1].StartsWith("--", StringComparison.Ordinal)))
                throw new UsageException($"{name} needs a value.");
            if (!_values.TryAdd(name[2..], value ?? arguments[++i]))
                throw new UsageException($"{name} comes twice.");
        }
    }

    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <summary>One of some words, in any case.</summary>
    public string? Choice(string name, params string[] words)
    {
        if (Text(name) is not { } text)
            return null;
        return words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw new UsageException($"--{name} is '{text}'; it can be {string.Join(" or ", words)}.");
    }

    /// <summary>A whole number within bounds.</summary>
    public int? Whole(string name, int least, int most)
    {
        if (Text(name) is not { } text)
            return null;
        return int.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new UsageException($"--{name} is '{text}'; it must be a whole number from {least} to {most}.");
    }

    /// <summary>A time such as <c>250ms</c>, <c>1.5s</c> or <c>2m</c>, in seconds.</summary>
    public double? Seconds(string name)
    {
        if (Text(name) is not { } text)
            return null;
        var (digits, factor) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 0.001),
            _ when text.EndsWith('s') => (text[..^1], 1.0),
            _ when text.EndsWith('m') => (text[..^1], 60.0),
            _ => ("", 0),
        };
        return Positive(digits) is { } number && number * factor <= 3600 ? number * factor : throw new UsageException($"--{name} is '{text}'; it must be a time of at most an hour, such as 250ms, 1.5s or 2m.");
    }

    /// <summary>Numbers by name: <c>aws=20,azure=5</c>; a number alone is for all of <paramref name="names"/>.</summary>
    public Dictionary<string, double>? Numbers(string name, IReadOnlyCollection<string> names)
    {
        if (Text(name) is not { } text)
            return null;
        if (Positive(text) is { } all and > 0)
            return names.ToDictionary(one => one, _ => all, StringComparer.Ordinal);
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            if (part.Split('=') is not [var key, var value] || Positive(value) is not { } number || number <= 0)
                throw new UsageException($"--{name} is '{text}'; it must be a number above 0, or such numbers by plugin, as in {names.First()}=20.");
            if (!names.Contains(key))
                throw new UsageException($"--{name} names '{key}', which is none of the plugins {string.Join(", ", names)}.");
            if (!numbers.TryAdd(key, number))
                throw new UsageException($"--{name} names '{key}' twice.");
        }

        return numbers;
    }

    private static double? Positive(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
