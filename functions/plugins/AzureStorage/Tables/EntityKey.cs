using Formae.Model;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;

namespace Formae.Plugins.AzureStorage.Tables;

/// <summary>Where an entity is.</summary>
internal sealed record EntityKey(string Table, string PartitionKey, string RowKey)
{
    private const int LongestKey = 512;

    /// <summary>Slashes part the id; those of a key, which other clients may write, are written otherwise.</summary>
    public string Id => $"{Table}/{Escaped(PartitionKey)}/{Escaped(RowKey)}";

    /// <summary>Its address. A quote in a key is written twice.</summary>
    public string Path => $"{Names.Escaped(Table)}(PartitionKey='{Quoted(PartitionKey)}',RowKey='{Quoted(RowKey)}')";

    public string Subject => $"The entity '{Id}'";

    public static EntityKey Of(TableEntity entity) => new(entity.Table, entity.PartitionKey, entity.RowKey);

    public static EntityKey Of(string id) => id.Split('/') is [var table, var partition, var row] ? new(table, Plain(partition), Plain(row)) : new(id, "", "");

    public Problem? Check() => Names.CheckTable(Table, nameof(TableEntity.Table)) ?? CheckKey(PartitionKey, nameof(TableEntity.PartitionKey)) ?? CheckKey(RowKey, nameof(TableEntity.RowKey));

    private static Problem? CheckKey(string key, string property) =>
        key.Length > LongestKey || key.IndexOfAny(['/', '\\', '#', '?']) >= 0 || key.Any(char.IsControl)
            ? Problems.InvalidRequest($"'{property}': '{key}' is no key: up to {LongestKey} characters, none of / \\ # ? and no control characters.")
            : null;

    private static string Quoted(string key) => Names.Escaped(key.Replace("'", "''", StringComparison.Ordinal));

    private static string Escaped(string key) => key.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    private static string Plain(string part) => part.Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
