using System.Globalization;
using System.Text;

namespace Formae.Model;

/// <summary>A place inside <c>Properties</c> or a document, made step by step on the way down. The root is null.</summary>
public sealed class PropertyPath
{
    private PropertyPath(PropertyPath? parent, string? key, int index)
    {
        Parent = parent;
        Key = key;
        Index = index;
    }

    public PropertyPath? Parent { get; }

    /// <summary>Null for an element of an array.</summary>
    public string? Key { get; }

    public int Index { get; }

    public static PropertyPath Of(PropertyPath? parent, string key) => new(parent, key, -1);

    public static PropertyPath Of(PropertyPath? parent, int index) => new(parent, null, index);

    /// <summary>A path below a place.</summary>
    public static PropertyPath Of(PropertyPath place, PropertyPath below)
    {
        var parent = below.Parent is { } above ? Of(place, above) : place;
        return new PropertyPath(parent, below.Key, below.Index);
    }

    /// <summary><c>Tags[3].Key</c>; a key that would be misread is quoted: <c>Labels["a.b"]</c>.</summary>
    public override string ToString() => Dotted(withIndexes: true);

    /// <summary>The same without indexes, as the hints of a schema name it: <c>Tags.Key</c>.</summary>
    public string HintPath => Dotted(withIndexes: false);

    /// <summary>RFC 6901: <c>/Tags/3/Key</c>.</summary>
    public string Pointer
    {
        get
        {
            var text = new StringBuilder();
            Append(this);
            return text.ToString();

            void Append(PropertyPath step)
            {
                if (step.Parent is not null)
                    Append(step.Parent);
                text.Append('/');
                if (step.Key is null)
                    text.Append(CultureInfo.InvariantCulture, $"{step.Index}");
                else
                    text.Append(step.Key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
            }
        }
    }

    private string Dotted(bool withIndexes)
    {
        var text = new StringBuilder();
        Append(this);
        return text.ToString();

        void Append(PropertyPath step)
        {
            if (step.Parent is not null)
                Append(step.Parent);
            if (step.Key is null)
            {
                if (withIndexes)
                    text.Append(CultureInfo.InvariantCulture, $"[{step.Index}]");
            }
            else if (withIndexes && NeedsQuotes(step.Key))
            {
                text.Append("[\"").Append(step.Key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append("\"]");
            }
            else
            {
                if (text.Length > 0)
                    text.Append('.');
                text.Append(step.Key);
            }
        }
    }

    private static bool NeedsQuotes(string key) => key.Length == 0 || key.AsSpan().IndexOfAny(".[]\"\\") >= 0;

    /// <summary>Reads what <see cref="ToString"/> writes; false for text that it never writes.</summary>
    public static bool TryParse(string text, out IReadOnlyList<PropertyPath> steps)
    {
        var found = new List<PropertyPath>();
        steps = found;
        PropertyPath? last = null;
        var position = 0;
        while (position < text.Length)
        {
            if (text[position] == '[' && position + 1 < text.Length && text[position + 1] == '"')
            {
                if (!TryQuoted(text, ref position, out var key))
                    return false;
                last = Of(last, key);
            }
            else if (text[position] == '[')
            {
                var end = text.IndexOf(']', position);
                if (end < 0 || !int.TryParse(text.AsSpan(position + 1, end - position - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                    return false;
                last = Of(last, index);
                position = end + 1;
            }
            else
            {
                if (text[position] == '.' && last is not null)
                    position++;
                var rest = text.AsSpan(position);
                var length = rest.IndexOfAny('.', '[');
                var key = length < 0 ? rest : rest[..length];
                if (key.IsEmpty)
                    return false;
                last = Of(last, key.ToString());
                position += key.Length;
            }

            found.Add(last);
        }

        return true;
    }

    private static bool TryQuoted(string text, ref int position, out string key)
    {
        var characters = new StringBuilder();
        for (var at = position + 2; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\' when at + 1 < text.Length:
                    characters.Append(text[++at]);
                    break;
                case '"' when at + 1 < text.Length && text[at + 1] == ']':
                    key = characters.ToString();
                    position = at + 2;
                    return true;
                default:
                    characters.Append(text[at]);
                    break;
            }
        }

        key = "";
        return false;
    }
}
