using System.Text.Json;
using Formae.Model;

namespace Formae.Sdk;

/// <summary>Which properties are secrets, as a tree of names; arrays are looked through, so <c>A.B</c> is B in each element of A.</summary>
internal sealed class SecretPaths
{
    public static readonly SecretPaths None = new();

    private readonly Dictionary<string, SecretPaths> _below = [];

    public bool IsSecret { get; private set; }

    public bool IsEmpty => !IsSecret && _below.Count == 0;

    public static SecretPaths Of(IEnumerable<string> paths)
    {
        var root = new SecretPaths();
        foreach (var path in paths)
            root.Add(path);
        return root.IsEmpty ? None : root;
    }

    public static SecretPaths Of(ResourceSchema schema) => Of(PathsOf(schema));

    /// <summary>The schema's secrets and those that this one call brought with it.</summary>
    public static SecretPaths Of(ResourceSchema schema, IEnumerable<string> more) => Of(PathsOf(schema).Concat(more));

    public SecretPaths? Below(string name) => _below.GetValueOrDefault(name);

    /// <summary>Copies a value and puts something else in the place of each secret.</summary>
    public JsonElement Replace(JsonElement value, Action<Utf8JsonWriter, JsonElement> secret)
    {
        if (IsEmpty)
            return value;
        using var buffer = new JsonBuffer();
        Write(value, buffer.Writer, secret);
        return buffer.ToElement();
    }

    private static IEnumerable<string> PathsOf(ResourceSchema schema) => schema.Hints.Where(h => h.Value.Opaque).Select(h => h.Key);

    private void Add(string path)
    {
        var node = this;
        foreach (var name in path.Split('.'))
        {
            if (!node._below.TryGetValue(name, out var below))
                node._below.Add(name, below = new SecretPaths());
            node = below;
        }

        node.IsSecret = true;
    }

    private void Write(JsonElement value, Utf8JsonWriter writer, Action<Utf8JsonWriter, JsonElement> secret)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                writer.WriteNullValue();
                break;
            case var _ when IsSecret:
                secret(writer, value);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(item, writer, secret);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    if (_below.TryGetValue(property.Name, out var below))
                        below.Write(property.Value, writer, secret);
                    else
                        property.Value.WriteTo(writer);
                }

                writer.WriteEndObject();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
