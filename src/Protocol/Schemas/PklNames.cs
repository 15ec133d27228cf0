using System.Text;

namespace Formae.Protocol.Schemas;

/// <summary>What plugins' names are called in Pkl: classes like <c>Ec2Vpc</c>, properties like <c>cidrBlock</c>.</summary>
internal static class PklNames
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "abstract", "amends", "as", "case", "class", "const", "delete", "else", "extends", "external", "false", "fixed", "for", "function", "hidden", "if", "import", "in", "is",
        "let", "local", "module", "new", "nothing", "null", "open", "out", "outer", "override", "protected", "read", "record", "super", "switch", "this", "throw", "trace", "true",
        "typealias", "unknown", "vararg", "when",
    };

    // What every resource has in Pkl; a field of the same name gets another one.
    private static readonly HashSet<string> Taken = new(StringComparer.Ordinal) { "label", "group", "stack", "target", "alias", "res", "toString", "getClass", "toMap", "toDynamic" };

    /// <summary><c>FakeAWS::EC2::VPC</c> becomes <c>Ec2Vpc</c>.</summary>
    public static string Class(string type) => Pascal(type[(type.IndexOf("::", StringComparison.Ordinal) + 2)..]);

    public static string Pascal(string name)
    {
        var text = string.Concat(Words(name).Select(word => char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant()));
        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? "_" + text : text;
    }

    /// <summary><c>CidrBlock</c> becomes <c>cidrBlock</c>, <c>KMSKeyId</c> becomes <c>kmsKeyId</c>.</summary>
    public static string Property(string name)
    {
        var pascal = Pascal(name);
        var property = char.ToLowerInvariant(pascal[0]) + pascal[1..];
        if (Taken.Contains(property))
            property += "_";
        return Keywords.Contains(property) ? $"`{property}`" : property;
    }

    /// <summary>The name as it is, in the quotes of names where it needs them.</summary>
    public static string Verbatim(string name) => Keywords.Contains(name) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') || char.IsAsciiDigit(name[0]) ? $"`{name}`" : name;

    /// <summary>The name itself, or with a number when it is taken.</summary>
    public static string Unique(string name, ISet<string> taken)
    {
        var unique = name;
        for (var number = 2; !taken.Add(unique); number++)
            unique = name.EndsWith('`') ? $"{name.Trim('`')}{number}" : $"{name}{number}";
        return unique;
    }

    private static IEnumerable<string> Words(string name)
    {
        var word = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var current = name[i];
            var begins = word.Length > 0 && char.IsUpper(current) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (begins || !char.IsAsciiLetterOrDigit(current))
            {
                if (word.Length > 0)
                    yield return word.ToString();
                word.Clear();
            }

            if (char.IsAsciiLetterOrDigit(current))
                word.Append(current);
        }

        if (word.Length > 0)
            yield return word.ToString();
    }
}
