using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;
using Azure;
using Azure.Data.Tables;

namespace Formae.Embedded.Tables;

/// <summary>How a type's properties are named in the table, and how they are read from an entity.</summary>
internal static class EntityShape
{
    private static readonly ConcurrentDictionary<Type, Member[]> Shapes = new();

    /// <summary>The stored properties of an entity: those with a value, without the keys, the time stamp and the ETag.</summary>
    public static IReadOnlyList<Property> Write(ITableEntity entity) => entity is TableEntity table ? Write(table) : WriteModel(entity);

    /// <summary>The stored properties of a model type.</summary>
    public static Member[] Of(Type type) => Shapes.GetOrAdd(type, static type =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property is { CanRead: true } && property.GetIndexParameters().Length == 0 && !IsSystem(property.Name)
                && property.GetCustomAttribute<IgnoreDataMemberAttribute>() is null)
            .Select(property => new Member(property))]);

    public static bool IsSystem(string name) =>
        name is nameof(ITableEntity.PartitionKey) or nameof(ITableEntity.RowKey) or nameof(ITableEntity.Timestamp) or nameof(ITableEntity.ETag);

    private static List<Property> Write(TableEntity entity)
    {
        var properties = new List<Property>(entity.Count);
        var each = entity.Properties();
        while (each.MoveNext())
        {
            var (name, value) = each.Current;
            if (value is null || name is TableEntity.ETagKey or nameof(ITableEntity.PartitionKey) or nameof(ITableEntity.RowKey) or nameof(ITableEntity.Timestamp))
                continue;
            if (value is Enum)
                throw new NotSupportedException($"The property '{name}' is an enum, which only model types may hold: store its text or its number.");
            properties.Add(new Property(name, PropertyValue.ToStored(name, value)));
        }

        return properties;
    }

    private static List<Property> WriteModel(ITableEntity entity)
    {
        var members = Of(entity.GetType());
        var properties = new List<Property>(members.Length);
        foreach (var member in members)
        {
            if (member.Get(entity) is { } value)
                properties.Add(new Property(member.Name, PropertyValue.ToStored(member.Name, value)));
        }

        return properties;
    }

    internal sealed class Member(PropertyInfo property)
    {
        public string Name { get; } = property.GetCustomAttribute<DataMemberAttribute>()?.Name ?? property.Name;

        public string ClrName => property.Name;

        public Type Type { get; } = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;

        public bool CanSet { get; } = property.SetMethod is { IsPublic: true };

        public object? Get(object entity) => property.GetValue(entity);

        public void Set(object entity, object? value) => property.SetValue(entity, value);
    }
}

/// <summary>Reads rows into entities of one type.</summary>
internal static class EntityShape<T>
    where T : class, ITableEntity
{
    private static readonly Dictionary<string, EntityShape.Member> Members =
        typeof(T) == typeof(TableEntity)
            ? []
            : EntityShape.Of(typeof(T)).Where(member => member.CanSet).ToDictionary(member => member.Name, StringComparer.Ordinal);

    public static IReadOnlyList<T> Read(IReadOnlyList<Row> rows)
    {
        var entities = new T[rows.Count];
        for (var i = 0; i < entities.Length; i++)
            entities[i] = Read(rows[i]);
        return entities;
    }

    public static T Read(Row? row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (typeof(T) == typeof(TableEntity))
            return (T)(object)ReadTable(row);
        var entity = Activator.CreateInstance<T>();
        foreach (var (name, value) in row.Properties)
        {
            if (Members.TryGetValue(name, out var member))
                member.Set(entity, PropertyValue.ToModel(name, value, member.Type));
        }

        if (row.PartitionKey is { } partitionKey)
            entity.PartitionKey = partitionKey;
        if (row.RowKey is { } rowKey)
            entity.RowKey = rowKey;
        entity.Timestamp = row.Timestamp;
        entity.ETag = new ETag(row.ETag);
        return entity;
    }

    private static TableEntity ReadTable(Row row)
    {
        var entity = new TableEntity(row.Properties.Count + 4);
        entity.Set(TableEntity.ETagKey, row.ETag);
        if (row.PartitionKey is { } partitionKey)
            entity.Set(nameof(ITableEntity.PartitionKey), partitionKey);
        if (row.RowKey is { } rowKey)
            entity.Set(nameof(ITableEntity.RowKey), rowKey);
        if (row.Timestamp is { } timestamp)
            entity.Set(nameof(ITableEntity.Timestamp), timestamp);
        foreach (var (name, value) in row.Properties)
            entity.Set(name, value);
        return entity;
    }
}
