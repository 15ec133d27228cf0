using System.Text.Json;
using Formae.Model;

namespace Formae.Sdk;

/// <summary>
/// Which properties are secrets, as a tree of names; arrays are looked through, so <c>A.B</c> is B in each element of A. A path that ends in an element
/// (<see cref="Element"/>) means each of them: which one it was is lost where the cloud keeps them in an order of its own.
/// </summary>
internal sealed class SecretPaths
{
    public static readonly SecretPaths None = new();

    /// <summary>The step into an element of an array; no name of a property can be it.</summary>
    public static readonly string Element = new('\0', 1);

    private readonly Dictionary<string, SecretPaths> _below = [];

    public bool IsSecret { get; private set; }

    public bool IsEachSecret { get; private set; }

    public bool IsEmpty => !IsSecret && !IsEachSecret && _below.Count == 0;

    public static SecretPaths Of(IEnumerable<IReadOnlyList<string>> paths)
    {
        var root = new SecretPaths();
        foreach (var path in paths)
            root.Add(path);
        return root.IsEmpty ? None : root;
    }

    public static SecretPaths Of(ResourceSchema schema) => Of(PathsOf(schema));

    /// <summary>The schema's secrets and those that this one call brought with it.</summary>
    public static SecretPaths Of(ResourceSchema schema, IEnumerable<IReadOnlyList<string>> more) => Of(PathsOf(schema).Concat(more));

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

    /// <summary>Shows each secret of a value.</summary>
    public void Visit(JsonElement value, Action<JsonElement> secret)
    {
        if (IsEmpty)
            return;
        if (IsSecret || (IsEachSecret && value.ValueKind != JsonValueKind.Array))
        {
            secret(value);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                Visit(item, secret);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject())
                Below(property.Name)?.Visit(property.Value, secret);
        }
    }

    private static IEnumerable<IReadOnlyList<string>> PathsOf(ResourceSchema schema) => schema.Hints.Where(h => h.Value.Opaque).Select(h => h.Key.Split('.'));

    private void Add(IReadOnlyList<string> path)
    {
        var node = this;
        foreach (var name in path)
        {
            if (ReferenceEquals(name, Element))
                continue;
            if (!node._below.TryGetValue(name, out var below))
                node._below.Add(name, below = new SecretPaths());
            node = below;
        }

        if (path.Count > 0 && ReferenceEquals(path[^1], Element))
            node.IsEachSecret = true;
        else
            node.IsSecret = true;
    }

    private void Write(JsonElement value, Utf8JsonWriter writer, Action<Utf8JsonWriter, JsonElement> secret)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                writer.WriteNullValue();
                break;
            case var _ when IsSecret || (IsEachSecret && value.ValueKind != JsonValueKind.Array):
                secret(writer, value);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    if (IsEachSecret && item.ValueKind != JsonValueKind.Null)
                        secret(writer, item);
                    else
                        Write(item, writer, secret);
                }

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
