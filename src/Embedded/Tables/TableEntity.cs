#nullable disable

using System.Collections;

namespace Azure.Data.Tables;

public sealed class TableEntity : ITableEntity, IDictionary<string, object>
{
    internal const string ETagKey = "odata.etag";

    private readonly Dictionary<string, object> _properties;

    public TableEntity()
        : this(null, null)
    {
    }

    public TableEntity(string partitionKey, string rowKey)
        : this(capacity: 0)
    {
        PartitionKey = partitionKey;
        RowKey = rowKey;
    }

    public TableEntity(IDictionary<string, object> values)
    {
        _properties = values is null ? [] : new Dictionary<string, object>(values);
    }

    internal TableEntity(int capacity) => _properties = new Dictionary<string, object>(capacity);

    public string PartitionKey
    {
        get => GetString(nameof(PartitionKey));
        set => _properties[nameof(PartitionKey)] = value;
    }

    public string RowKey
    {
        get => GetString(nameof(RowKey));
        set => _properties[nameof(RowKey)] = value;
    }

    public DateTimeOffset? Timestamp
    {
        get => GetDateTimeOffset(nameof(Timestamp));
        set => _properties[nameof(Timestamp)] = value;
    }

    public ETag ETag
    {
        get => GetString(ETagKey) is { } etag ? new ETag(etag) : default;
        set => _properties[ETagKey] = value.ToString();
    }

    public ICollection<string> Keys => _properties.Keys;

    ICollection<object> IDictionary<string, object>.Values => _properties.Values;

    public int Count => _properties.Count;

    bool ICollection<KeyValuePair<string, object>>.IsReadOnly => false;

    public object this[string key]
    {
        get => Find(key);
        set
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            _properties[key] = value is not null && _properties.TryGetValue(key, out var existing) && existing is not null
                ? KeepType(key, existing, value)
                : value;
        }
    }

    public string GetString(string key) => (string)Find(key, typeof(string));

    public bool? GetBoolean(string key) => (bool?)Find(key, typeof(bool));

    public int? GetInt32(string key) => (int?)Find(key, typeof(int));

    public long? GetInt64(string key) => (long?)Find(key, typeof(long));

    public double? GetDouble(string key) => (double?)Find(key, typeof(double));

    public Guid? GetGuid(string key) => (Guid?)Find(key, typeof(Guid));

    public DateTimeOffset? GetDateTimeOffset(string key) =>
        Find(key) is DateTime value ? new DateTimeOffset(value.ToUniversalTime()) : (DateTimeOffset?)Find(key, typeof(DateTimeOffset));

    public DateTime? GetDateTime(string key) => Find(key) is DateTimeOffset value ? value.UtcDateTime : (DateTime?)Find(key, typeof(DateTime));

    public byte[] GetBinary(string key) => Find(key) is BinaryData value ? value.ToArray() : (byte[])Find(key, typeof(byte[]));

    public BinaryData GetBinaryData(string key) => Find(key) is byte[] value ? BinaryData.FromBytes(value) : (BinaryData)Find(key, typeof(BinaryData));

    public void Add(string key, object value) => _properties.Add(key, value);

    public bool ContainsKey(string key) => _properties.ContainsKey(key);

    public bool Remove(string key) => _properties.Remove(key);

    public bool TryGetValue(string key, out object value) => _properties.TryGetValue(key, out value);

    public void Clear() => _properties.Clear();

    void ICollection<KeyValuePair<string, object>>.Add(KeyValuePair<string, object> item) => this[item.Key] = item.Value;

    bool ICollection<KeyValuePair<string, object>>.Contains(KeyValuePair<string, object> item) => _properties.Contains(item);

    void ICollection<KeyValuePair<string, object>>.CopyTo(KeyValuePair<string, object>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, object>>)_properties).CopyTo(array, arrayIndex);

    bool ICollection<KeyValuePair<string, object>>.Remove(KeyValuePair<string, object> item) =>
        ((ICollection<KeyValuePair<string, object>>)_properties).Remove(item);

    IEnumerator<KeyValuePair<string, object>> IEnumerable<KeyValuePair<string, object>>.GetEnumerator() => _properties.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _properties.GetEnumerator();

    internal void Set(string key, object value) => _properties[key] = value;

    internal Dictionary<string, object>.Enumerator Properties() => _properties.GetEnumerator();

    private object Find(string key, Type type = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (!_properties.TryGetValue(key, out var value) || value is null)
            return null;
        if (type is not null && !type.IsInstanceOfType(value))
            throw new InvalidOperationException($"The property '{key}' is a {value.GetType()} and cannot be read as {type}.");
        return value;
    }

    // A property keeps the type it has, so that 5 assigned to a double or a long does not turn it into an int in the store.
    private static object KeepType(string key, object existing, object value) => (existing, value) switch
    {
        _ when existing.GetType().IsInstanceOfType(value) => value,
        (int, double or long) => value,
        (double, int number) => (double)number,
        (long, int number) => (long)number,
        (string, DateTime time) => time.ToUniversalTime().ToString("o", System.Globalization.CultureInfo.InvariantCulture),
        (string, DateTimeOffset time) => time.UtcDateTime.ToString("o", System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"The property '{key}' is a {existing.GetType()}; a {value.GetType()} cannot be assigned to it."),
    };
}
