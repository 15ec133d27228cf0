namespace Formae.Coordination.Queries;

/// <summary>
/// <c>field:value</c> terms: different fields are combined with AND, the same field again with OR, <c>-field:value</c> excludes, <c>*</c> stands for any text.
/// Values are compared without regard to case.
/// </summary>
public sealed class Query
{
    private readonly Dictionary<string, Terms> _fields = new(StringComparer.OrdinalIgnoreCase);

    private Query()
    {
    }

    public static Query Everything { get; } = new();

    public bool IsEmpty => _fields.Count == 0;

    /// <summary>The one exact value that a field must have, when there is one: lets a store read just that.</summary>
    public string? Exact(string field) =>
        _fields.TryGetValue(field, out var terms) && !terms.IsExcluded && terms.Values is [var only] && !only.Contains('*', StringComparison.Ordinal) ? only : null;

    /// <param name="text">The query; null or white space matches everything.</param>
    /// <param name="fields">The fields there are.</param>
    /// <param name="query">The query.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryParse(string? text, IReadOnlyCollection<string> fields, out Query query, out string problem)
    {
        query = new Query();
        problem = "";
        foreach (var term in (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var isExcluded = term[0] == '-';
            var body = term[0] is '-' or '+' ? term[1..] : term;
            var colon = body.IndexOf(':');
            var field = colon > 0 ? body[..colon] : "";
            if (colon <= 0 || field.Any(character => !char.IsAsciiLetterOrDigit(character) && character != '_'))
            {
                problem = $"'{term}' is no field:value term. Fields: {string.Join(", ", fields)}.";
                return false;
            }

            if (!fields.Contains(field, StringComparer.OrdinalIgnoreCase))
            {
                problem = $"There is no field '{field}'. Fields: {string.Join(", ", fields)}.";
                return false;
            }

            var value = body[(colon + 1)..].Trim('"');
            if (value.Length == 0 || value == "*" || value.Contains('?', StringComparison.Ordinal))
            {
                problem = $"'{term}': a value is text, with * for any characters; a lone *, an empty value and ? are not allowed.";
                return false;
            }

            // A later term of another sign takes the place of the earlier ones.
            if (!query._fields.TryGetValue(field, out var terms) || terms.IsExcluded != isExcluded)
                query._fields[field] = terms = new Terms(isExcluded, []);
            terms.Values.Add(value);
        }

        return true;
    }

    public bool Matches(Func<string, string?> valueOf)
    {
        foreach (var (field, terms) in _fields)
        {
            var value = valueOf(field) ?? "";
            if (terms.Values.Any(pattern => IsMatch(value, pattern)) == terms.IsExcluded)
                return false;
        }

        return true;
    }

    private static bool IsMatch(string value, string pattern)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
            return string.Equals(value, pattern, StringComparison.OrdinalIgnoreCase);
        if (!value.StartsWith(parts[0], StringComparison.OrdinalIgnoreCase))
            return false;
        var position = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var found = value.IndexOf(part, position, StringComparison.OrdinalIgnoreCase);
            if (found < 0)
                return false;
            position = found + part.Length;
        }

        return value.Length - position >= parts[^1].Length && value.EndsWith(parts[^1], StringComparison.OrdinalIgnoreCase);
    }

    private sealed record Terms(bool IsExcluded, List<string> Values);
}
