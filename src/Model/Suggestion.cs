namespace Formae.Model;

/// <summary>Did you mean …? The nearest of the words that exist, when one is near enough to be meant.</summary>
public static class Suggestion
{
    public static string? For(string written, IEnumerable<string> words)
    {
        string? best = null;
        var bestDistance = Math.Max(2, written.Length / 3) + 1;
        foreach (var word in words)
        {
            if (string.Equals(written, word, StringComparison.OrdinalIgnoreCase))
                return word;
            if (Math.Abs(word.Length - written.Length) >= bestDistance)
                continue;
            var distance = Distance(written, word);
            if (distance < bestDistance && distance < word.Length)
                (best, bestDistance) = (word, distance);
        }

        return best;
    }

    /// <summary>A sentence to end a message with, or nothing.</summary>
    public static string Sentence(string written, IEnumerable<string> words) => For(written, words) is { } word ? $" Did you mean '{word}'?" : "";

    // Insertions, deletions, substitutions and swaps of neighbours; case does not count.
    private static int Distance(string left, string right)
    {
        if (left.Length > 128 || right.Length > 128)
            return int.MaxValue;
        var before = new int[right.Length + 1];
        var last = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
            last[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
            }

            (before, last, current) = (last, current, before);
        }

        return last[right.Length];
    }

    private static bool Same(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
