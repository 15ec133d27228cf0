using System.Globalization;
using System.Text.Json;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>Takes values of an expected kind out of the tree, and notes where there is another.</summary>
internal sealed class NodeReader(DocumentTree tree, DiagnosticBag bag)
{
    public DocumentTree Tree => tree;

    public DocumentTree.ChildEnumerator Members(int node) => tree.Children(node);

    public bool IsNull(int node) => tree.KindOf(node) == JsonTokenType.Null;

    public bool IsObject(int node, string what)
    {
        if (tree.KindOf(node) == JsonTokenType.StartObject)
            return true;
        Note(Severity.Error, DiagnosticCodes.WrongType, node, $"{what} must be an object; it is {NameOf(node)}.", null);
        return false;
    }

    public IReadOnlyList<T> List<T>(int node, string what, Func<int, T> bind)
    {
        if (IsNull(node))
            return [];
        if (tree.KindOf(node) != JsonTokenType.StartArray)
        {
            Note(Severity.Error, DiagnosticCodes.WrongType, node, $"{what} must be a list; it is {NameOf(node)}.", tree.KindOf(node) == JsonTokenType.StartObject ? "Put the object into a list." : null);
            return [];
        }

        var items = new List<T>();
        foreach (var item in tree.Children(node))
            items.Add(bind(item));
        return items;
    }

    public string? Text(int node)
    {
        switch (tree.KindOf(node))
        {
            case JsonTokenType.String:
                return tree.Text(node);
            case JsonTokenType.Null:
                return null;
            default:
                var isScalar = tree.KindOf(node) is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
                Note(Severity.Error, DiagnosticCodes.WrongType, node, $"{tree.Key(node)} must be a text; it is {NameOf(node)}.", isScalar ? "Put it in quotes." : null);
                return null;
        }
    }

    public bool? Flag(int node)
    {
        switch (tree.KindOf(node))
        {
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.Null:
                return null;
            default:
                Note(Severity.Error, DiagnosticCodes.WrongType, node, $"{tree.Key(node)} must be true or false; it is {NameOf(node)}.", tree.KindOf(node) == JsonTokenType.String ? "Write it without quotes." : null);
                return null;
        }
    }

    public long? Whole(int node)
    {
        if (IsNull(node))
            return null;
        if (tree.KindOf(node) == JsonTokenType.Number && tree.Element(node).TryGetInt64(out var number))
            return number;
        Note(Severity.Error, DiagnosticCodes.WrongType, node, $"{tree.Key(node)} must be a whole number.", null);
        return null;
    }

    public DateTimeOffset? Time(int node)
    {
        if (Text(node) is not { } text)
            return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time;
        Note(Severity.Error, DiagnosticCodes.UnknownValue, node, $"{tree.Key(node)} must be a time such as 2026-01-31T12:00:00Z.", null);
        return null;
    }

    public string? OneOf(int node, string[] known)
    {
        if (Text(node) is not { } text)
            return null;
        if (known.Contains(text, StringComparer.Ordinal))
            return text;
        Note(Severity.Error, DiagnosticCodes.UnknownValue, node, $"{tree.Key(node)} cannot be '{text}'.{Suggestion.Sentence(text, known)}", $"It is one of {string.Join(", ", known.Select(word => $"'{word}'"))}.");
        return null;
    }

    public JsonElement? ObjectElement(int node, string what) => IsNull(node) || !IsObject(node, what) ? null : tree.Element(node);

    public void Need(int node, string key)
    {
        foreach (var member in tree.Children(node))
        {
            if (tree.Key(member) == key)
                return;
        }

        Note(Severity.Error, DiagnosticCodes.MissingKey, node, $"{key} is missing.", null);
    }

    /// <summary>Notes a key that means nothing, and answers what was bound so far.</summary>
    public T Unknown<T>(int member, string[] known, T boundSoFar)
    {
        var key = tree.Key(member);
        bag.Add(Severity.Warning, DiagnosticCodes.UnknownKey, $"'{key}' means nothing here and is ignored.{Suggestion.Sentence(key, known)}",
            $"Keys are case-sensitive; known here: {string.Join(", ", known)}.", tree.PathOf(member), tree.KeyPositionOf(member));
        return boundSoFar;
    }

    public void Note(Severity severity, string code, int node, string summary, string? detail) => bag.Add(severity, code, summary, detail, tree.PathOf(node), tree.PositionOf(node));

    public string NameOf(int node) => tree.KindOf(node) switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };
}
