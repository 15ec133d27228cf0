namespace Formae.Embedded.Tables;

/// <summary>The eight types a table can store, and the types of a model that map to them.</summary>
internal static class PropertyValue
{
    public static object ToStored(string name, object value) => value switch
    {
        string or bool or int or long or double or Guid or byte[] => value,
        DateTimeOffset time => time.ToUniversalTime(),
        DateTime time => new DateTimeOffset(time.ToUniversalTime()),
        BinaryData data => data.ToArray(),
        ulong number => unchecked((long)number),
        Enum member => member.ToString(),
        _ => throw new NotSupportedException($"The property '{name}' is a {value.GetType()}, which a table cannot store."),
    };

    /// <summary>A stored value as the (non-nullable) type of a model's property.</summary>
    public static object? ToModel(string name, object value, Type type) => value switch
    {
        _ when type.IsInstanceOfType(value) => value,
        DateTimeOffset time when type == typeof(DateTime) => time.UtcDateTime,
        byte[] bytes when type == typeof(BinaryData) => BinaryData.FromBytes(bytes),
        string text when type.IsEnum => Enum.TryParse(type, text, ignoreCase: false, out var member)
            ? member
            : throw Mismatch(name, value, type),
        long number when type == typeof(ulong) => unchecked((ulong)number),
        int number when type == typeof(long) => (long)number,
        int number when type == typeof(double) => (double)number,
        _ => throw Mismatch(name, value, type),
    };

    private static InvalidCastException Mismatch(string name, object value, Type type) =>
        new($"The stored property '{name}' is a {value.GetType()} and cannot be read as {type}.");
}
