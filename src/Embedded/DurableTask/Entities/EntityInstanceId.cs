using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.DurableTask.Entities;

/// <summary>Which entity: its name (always lower case) and its key (kept as written). Text and JSON form: <c>@name@key</c>.</summary>
[JsonConverter(typeof(TextForm))]
public readonly struct EntityInstanceId : IEquatable<EntityInstanceId>
{
    public EntityInstanceId(string name, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(key);
        if (name.Contains('@', StringComparison.Ordinal))
            throw new ArgumentException("An entity name must not contain '@'.", nameof(name));
        Name = name.ToLowerInvariant();
        Key = key;
    }

    public string Name { get; }

    public string Key { get; }

    public static bool operator ==(EntityInstanceId left, EntityInstanceId right) => left.Equals(right);

    public static bool operator !=(EntityInstanceId left, EntityInstanceId right) => !left.Equals(right);

    public static EntityInstanceId FromString(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var second = instanceId[0] == '@' ? instanceId.IndexOf('@', 1) : -1;
        if (second <= 1)
            throw new ArgumentException($"'{instanceId}' is not an entity id of the form @name@key.", nameof(instanceId));
        return new EntityInstanceId(instanceId[1..second], instanceId[(second + 1)..]);
    }

    public bool Equals(EntityInstanceId other) => string.Equals(Name, other.Name, StringComparison.Ordinal) && string.Equals(Key, other.Key, StringComparison.Ordinal);

#pragma warning disable CS8765 // The real member is written without a question mark.
    public override bool Equals(object obj) => obj is EntityInstanceId other && Equals(other);
#pragma warning restore CS8765

    public override int GetHashCode() => HashCode.Combine(Name, Key);

    public override string ToString() => $"@{Name}@{Key}";

    internal sealed class TextForm : JsonConverter<EntityInstanceId>
    {
        public override EntityInstanceId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { Length: > 0 } text ? FromString(text) : throw new JsonException("An entity id is a text of the form @name@key.");

        public override void Write(Utf8JsonWriter writer, EntityInstanceId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
