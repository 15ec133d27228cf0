using System.Text;
using System.Text.RegularExpressions;

namespace Formae.Protocol.Documents;

/// <summary>One <c>${kind:body}</c> in a text.</summary>
/// <param name="Source">As it was written.</param>
internal sealed record Placeholder(string Kind, string Body, string Source)
{
    public const string Property = "property";
    public const string Resource = "resource";
    public const string Dependency = "dependency";
    public const string Secret = "secret";
    public const string Credential = "auth";

    public static readonly string[] Kinds = [Property, Resource, Dependency, Secret, Credential];
}

/// <summary>
/// A text as its literal parts and its placeholders. <c>$${</c> stands for <c>${</c>; a <c>${</c> that no lower-case word and a colon follow, as shells and templates
/// write it, is text.
/// </summary>
internal static partial class PlaceholderText
{
    internal readonly record struct Part(string Text, Placeholder? Placeholder);

    /// <returns>False, and what is wrong, when a placeholder is not closed.</returns>
    public static bool TryParse(string text, out IReadOnlyList<Part> parts, out string problem)
    {
        var found = new List<Part>();
        parts = found;
        problem = "";
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            var rest = text.AsSpan(i);
            if (rest.StartsWith("$${"))
            {
                literal.Append("${");
                i += 3;
            }
            else if (rest.StartsWith("${") && Kind().Match(text, i, text.Length - i) is { Success: true } kind)
            {
                var end = EndOf(text, i + kind.Length);
                if (end < 0)
                {
                    problem = $"'{text[i..Math.Min(text.Length, i + 40)]}' is not closed by a '}}'.";
                    return false;
                }

                if (literal.Length > 0)
                    found.Add(new Part(literal.ToString(), null));
                literal.Clear();
                found.Add(new Part("", new Placeholder(kind.Groups[1].Value, text[(i + kind.Length)..end], text[i..(end + 1)])));
                i = end + 1;
            }
            else
            {
                literal.Append(text[i++]);
            }
        }

        if (literal.Length > 0 || found.Count == 0)
            found.Add(new Part(literal.ToString(), null));
        return true;
    }

    /// <summary>Takes a name from the front of <paramref name="body"/>, and the dot that ends it. A name with dots stands in single quotes, two of which are one inside.</summary>
    public static bool TryName(ref string body, out string name)
    {
        name = "";
        if (!body.StartsWith('\''))
        {
            var dot = body.IndexOf('.', StringComparison.Ordinal);
            if (dot <= 0)
                return false;
            (name, body) = (body[..dot], body[(dot + 1)..]);
            return true;
        }

        var text = new StringBuilder();
        for (var i = 1; i < body.Length; i++)
        {
            if (body[i] != '\'')
            {
                text.Append(body[i]);
            }
            else if (i + 1 < body.Length && body[i + 1] == '\'')
            {
                text.Append(body[i++]);
            }
            else
            {
                if (i + 1 >= body.Length || body[i + 1] != '.' || text.Length == 0)
                    return false;
                (name, body) = (text.ToString(), body[(i + 2)..]);
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes <c>NAMESPACE::Service::Kind/</c> from the front, if it is there.</summary>
    public static string? Type(ref string body)
    {
        var match = TypeForm().Match(body);
        if (!match.Success)
            return null;
        body = body[match.Length..];
        return match.Value[..^1];
    }

    private static int EndOf(string text, int start)
    {
        var isQuoted = false;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '\'')
                isQuoted = !isQuoted;
            else if (text[i] == '}' && !isQuoted)
                return i;
        }

        // A lone quote is no reason to run past the end.
        return text.IndexOf('}', start);
    }

    [GeneratedRegex(@"\G\$\{([a-z]+):")]
    private static partial Regex Kind();

    [GeneratedRegex(@"^[A-Za-z0-9_.-]+(::[A-Za-z0-9_.-]+){2}/")]
    private static partial Regex TypeForm();
}
