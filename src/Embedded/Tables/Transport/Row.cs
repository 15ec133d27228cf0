using Azure;

namespace Formae.Embedded.Tables;

/// <summary>An entity as the service knows it. A value is a string, bool, int, long, double, DateTimeOffset, Guid or byte[].</summary>
internal readonly record struct Property(string Name, object Value);

/// <summary>An entity that was read. A key or time stamp that the read did not select is null.</summary>
internal sealed record Row(string? PartitionKey, string? RowKey, DateTimeOffset? Timestamp, string ETag, IReadOnlyList<Property> Properties);

internal enum WriteKind
{
    Insert,
    Merge,
    Replace,
    InsertOrMerge,
    InsertOrReplace,
    Delete,
}

/// <summary>One write. <see cref="IfMatch"/> counts for Merge, Replace and Delete; <see cref="ETag.All"/> asks only that the row exists.</summary>
internal sealed record TableWrite(WriteKind Kind, string PartitionKey, string RowKey, IReadOnlyList<Property> Properties, ETag IfMatch);

/// <summary>Which properties a read returns: all of them when no names are given.</summary>
internal readonly record struct Selection(IReadOnlySet<string>? Names)
{
    public static Selection Of(IEnumerable<string>? names)
    {
        const StringSplitOptions Clean = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        var selected = names?.SelectMany(name => name.Split(',', Clean)).ToHashSet(StringComparer.Ordinal);
        return selected is { Count: > 0 } ? new Selection(selected) : default;
    }

    public bool Includes(string name) => Names is null || Names.Contains(name);
}
