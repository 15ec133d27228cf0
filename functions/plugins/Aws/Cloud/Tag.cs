using Formae.Model;
using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>A label on an object of AWS.</summary>
public sealed record Tag
{
    public required string Key { get; init; }

    public required string Value { get; init; }
}

/// <summary>What a create leaves on its object, so that it is known again: the resource's KSUID.</summary>
internal static class Mark
{
    /// <summary>The tag that holds it.</summary>
    public const string Tag = "formae:ksuid";

    /// <summary>The metadata of an S3 object that holds it: there from the first moment on, other than tags.</summary>
    public const string Metadata = "formae-ksuid";

    /// <summary>Tags of AWS's own, which nobody else may write.</summary>
    public const string SystemPrefix = "aws:";
}

/// <summary>Tags as documents have them, without the mark and without AWS's own.</summary>
internal static class Tags
{
    public static Problem? Check(IReadOnlyList<Tag>? tags)
    {
        if (tags?.FirstOrDefault(tag => !IsPersons(tag.Key)) is { } reserved)
            return Problems.InvalidRequest($"'Tags': the key '{reserved.Key}' is kept for AWS or for formae.");
        return tags?.GroupBy(tag => tag.Key, StringComparer.Ordinal).FirstOrDefault(group => group.Skip(1).Any()) is { } twice
            ? Problems.InvalidRequest($"'Tags': the key '{twice.Key}' is there twice.")
            : null;
    }

    public static bool IsPersons(string key) => key != Mark.Tag && !key.StartsWith(Mark.SystemPrefix, StringComparison.OrdinalIgnoreCase);

    /// <returns>Null when there are none: AWS does not tell none from an empty list.</returns>
    public static IReadOnlyList<Tag>? Shown(IEnumerable<Tag> all)
    {
        var shown = all.Where(tag => IsPersons(tag.Key)).OrderBy(tag => tag.Key, StringComparer.Ordinal).ToList();
        return shown.Count == 0 ? null : shown;
    }

    public static bool Same(IReadOnlyList<Tag>? left, IReadOnlyList<Tag>? right) => (left ?? []).ToHashSet().SetEquals(right ?? []);
}
