using System.Collections.Frozen;

namespace Formae.Coordination.Queries;

/// <summary>
/// <c>field:value</c> terms: different fields are combined with AND, the same field again with OR, <c>-field:value</c> excludes, <c>*</c> stands for any text.
/// Labels and ids are compared as they are written; of types, namespaces, commands, states and flags the case does not matter.
/// </summary>
public sealed class Query
{
    private static readonly FrozenSet<string> AnyCase =
        new[] { "type", "namespace", "command", "status", "managed", "discoverable" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Flags = new[] { "managed", "discoverable" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, Terms> _fields;

    private Query(Dictionary<string, Terms> fields) => _fields = fields;

    public static Query Everything { get; } = new([]);

    public bool IsEmpty => _fields.Count == 0;

    /// <summary>The one exact value that a field must have, when there is one: lets a store read just that.</summary>
    public string? Exact(string field) => ExactAny(field) is [var only] ? only : null;

    /// <summary>The exact values of which a field must have one; null when it may have others.</summary>
    public IReadOnlyList<string>? ExactAny(string field) =>
        _fields.TryGetValue(field, out var terms) && terms.Sign != '-' && terms.Values.All(value => value.IsExact)
            ? [.. terms.Values.Select(value => value.Text).Distinct(StringComparer.Ordinal)]
            : null;

    /// <summary>The same query with another value in the place of one: what a word such as <c>me</c> stands for.</summary>
    public Query Replace(string field, string word, string value)
    {
        if (!_fields.TryGetValue(field, out var terms))
            return this;
        var fields = new Dictionary<string, Terms>(_fields, StringComparer.OrdinalIgnoreCase)
        {
            [field] = terms with { Values = [.. terms.Values.Select(pattern => pattern.IsExact && pattern.Text == word ? ValuePattern.Of(value) : pattern)] },
        };
        return new Query(fields);
    }

    /// <param name="text">The query; null or white space matches everything.</param>
    /// <param name="fields">The fields there are.</param>
    /// <param name="query">The query.</param>
    /// <param name="problem">What is wrong with it, and what to write instead.</param>
    public static bool TryParse(string? text, IReadOnlyCollection<string> fields, out Query query, out string problem)
    {
        var found = new Dictionary<string, Terms>(StringComparer.OrdinalIgnoreCase);
        query = new Query(found);
        problem = "";
        foreach (var term in QueryTerm.Split(text ?? ""))
        {
            if (!QueryTerm.TryRead(term, fields, out var sign, out var field, out var value, out problem))
                return false;
            if (Flags.Contains(field) && !(value.IsExact && bool.TryParse(value.Text, out _)))
            {
                problem = $"'{term}': {field} is 'true' or 'false'.";
                return false;
            }

            // A later term of another sign takes the place of the earlier ones.
            if (!found.TryGetValue(field, out var terms) || terms.Sign != sign)
                found[field] = terms = new Terms(sign, []);
            terms.Values.Add(value);
        }

        return true;
    }

    public bool Matches(Func<string, string?> valueOf) => MatchesAny(field => [valueOf(field) ?? ""]);

    /// <summary>Of a thing that has several values in a field one must match; what is excluded must be none of them.</summary>
    public bool MatchesAny(Func<string, IReadOnlyList<string>> valuesOf)
    {
        foreach (var (field, terms) in _fields)
        {
            var comparison = AnyCase.Contains(field) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            if (valuesOf(field).Any(value => terms.Values.Any(pattern => pattern.Matches(value, comparison))) == (terms.Sign == '-'))
                return false;
        }

        return true;
    }

    /// <param name="Sign"><c>+</c>, <c>-</c> or a space.</param>
    private sealed record Terms(char Sign, List<ValuePattern> Values);
}
