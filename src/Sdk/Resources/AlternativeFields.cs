using Formae.Model;

namespace Formae.Sdk;

/// <summary>Holds what a record says of alternatives against its other properties, and says it in paths.</summary>
internal static class AlternativeFields
{
    /// <exception cref="InvalidOperationException">A group has one member, an alternative is required, or a condition names no property.</exception>
    public static SortedDictionary<string, FieldHint> Complete(Type record, SortedDictionary<string, FieldHint> hints)
    {
        foreach (var (path, hint) in hints.ToList())
        {
            if (hint is { Required: true, OneOf: not null } or { Required: true, OnlyWhen: not null })
                throw new InvalidOperationException($"{record.Name}: '{path}' is required, and so can neither be an alternative nor depend on the value of another property.");
            if (hint.OneOf is { } group && !hints.Any(other => other.Key != path && other.Value.OneOf == group && ParentOf(other.Key) == ParentOf(path)))
                throw new InvalidOperationException($"{record.Name}: '{path}' is an alternative of the group '{group}', in which there is nothing else.");
            if (hint.OnlyWhen is { } condition)
                hints[path] = hint with { OnlyWhen = condition with { Field = Nearest(path, condition.Field, hints) ?? throw new InvalidOperationException($"{record.Name}: '{path}' depends on '{condition.Field}', and neither its record nor one around it has such a property.") } };
        }

        return hints;
    }

    private static string? Nearest(string path, string name, SortedDictionary<string, FieldHint> hints)
    {
        for (var place = ParentOf(path); ; place = ParentOf(place))
        {
            var other = place.Length == 0 ? name : $"{place}.{name}";
            if (other != path && hints.ContainsKey(other))
                return other;
            if (place.Length == 0)
                return null;
        }
    }

    private static string ParentOf(string path) => path.LastIndexOf('.') is var end and >= 0 ? path[..end] : "";
}
