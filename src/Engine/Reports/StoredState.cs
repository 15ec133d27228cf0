using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;

namespace Formae.Engine.Reports;

/// <summary>Turns what a plugin reported into what is stored: the cloud's values, in the envelopes in which the person declared them.</summary>
public static class StoredState
{
    /// <param name="declared">Properties in their stored form: references with their values, secrets as hashes. Null for a resource that nobody declared.</param>
    /// <param name="reported">The whole object as the plugin has it. Null: the plugin told nothing, and what was declared counts.</param>
    /// <param name="schema">Tells read-write fields from read-only ones. Null: everything is read-write.</param>
    public static (JsonElement Properties, JsonElement? ReadOnly) Merge(JsonElement? declared, JsonElement? reported, ResourceSchema? schema)
    {
        if (reported is not { ValueKind: JsonValueKind.Object } cloud)
            return (declared ?? JsonElement.Parse("{}"), null);

        var hints = HintTree.Of(schema);
        var properties = new JsonObject();
        JsonObject? readOnly = null;
        var fields = schema is { Fields.Count: > 0 } ? schema.Fields.ToHashSet(StringComparer.Ordinal) : null;
        foreach (var property in cloud.EnumerateObject())
        {
            var mine = Property(declared, property.Name);
            if (fields is not null && mine is null && !fields.Contains(property.Name))
                (readOnly ??= [])[property.Name] = Node(property.Value);
            else
                properties[property.Name] = Value(mine, property.Value, hints.Child(property.Name));
        }

        if (declared is { ValueKind: JsonValueKind.Object } own)
        {
            // What the plugin does not return (write-only fields, for one) stays as it was declared.
            foreach (var property in own.EnumerateObject())
            {
                if (!cloud.TryGetProperty(property.Name, out _) && !IsReplaced(property.Name, own, cloud, hints))
                    properties[property.Name] = Node(property.Value);
            }
        }

        return (Element(properties), readOnly is null ? null : Element(readOnly));
    }

    /// <summary>Stored properties with references and clear envelopes replaced by the values they hold. Hashes stay what they are.</summary>
    public static JsonElement Plain(JsonElement stored) => JsonText.Rewrite(stored, HintTree.None, static (value, _, _, writer) =>
    {
        var isHolder = Envelope.IsReference(value) || Envelope.IsValue(value) || value.ValueKind == JsonValueKind.Object && value.TryGetProperty(Envelope.Embed, out _);
        if (!isHolder || Envelope.IsHashed(value) || Envelope.IsOpaque(value) || !value.TryGetProperty(Envelope.Value, out var held))
            return false;
        held.WriteTo(writer);
        return true;
    });

    /// <summary>The value at a dotted path; a number picks an element of an array.</summary>
    public static JsonElement? Find(JsonElement properties, string path)
    {
        var current = properties;
        foreach (var step in path.Split('.'))
        {
            var found = current.ValueKind switch
            {
                JsonValueKind.Object => current.TryGetProperty(step, out current),
                JsonValueKind.Array when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < current.GetArrayLength() => Take(ref current, index),
                _ => false,
            };
            if (!found)
                return null;
        }

        return current;

        static bool Take(ref JsonElement array, int index)
        {
            array = array[index];
            return true;
        }
    }

    private static JsonNode? Value(JsonElement? declared, JsonElement cloud, HintTree hints)
    {
        if (declared is not { } mine)
            return Node(cloud);
        if (Envelope.IsReference(mine) && Envelope.IsHashed(mine) && mine.TryGetProperty(Envelope.Json, out _) && SecretValues.DigestOf(cloud) is { } part)
            return With(mine, part);
        if (Envelope.IsReference(mine) || Envelope.IsHashed(mine) || mine.ValueKind == JsonValueKind.Object && mine.TryGetProperty(Envelope.Embed, out _))
            return Node(mine);
        if (Envelope.IsValue(mine))
            return Envelope.IsOpaque(mine) ? Node(mine) : Refreshed(mine, cloud);
        if (mine.ValueKind == JsonValueKind.Object && cloud.ValueKind == JsonValueKind.Object && !Envelope.IsHashed(cloud))
            return MergeObjects(mine, cloud, hints);
        if (mine.ValueKind == JsonValueKind.Array && cloud.ValueKind == JsonValueKind.Array)
            return MergeArrays(mine, cloud, hints);

        // The plugin closes more than was a secret: every element of a collection that holds one. What was declared in the open stays so.
        return Node(SecretValues.DigestOf(cloud) is { } digest && digest == SecretValues.Digest(mine) ? mine : cloud);
    }

    // What was taken out of a secret only the plugin knows: it reported its digest, and the row held that of the whole.
    private static JsonObject With(JsonElement reference, string digest)
    {
        var known = JsonObject.Create(reference)!;
        known[Envelope.Value] = digest;
        return known;
    }

    private static JsonObject Refreshed(JsonElement envelope, JsonElement cloud)
    {
        var refreshed = JsonObject.Create(envelope)!;
        refreshed[Envelope.Value] = Node(cloud);
        return refreshed;
    }

    private static JsonObject MergeObjects(JsonElement mine, JsonElement cloud, HintTree hints)
    {
        var merged = new JsonObject();
        foreach (var property in cloud.EnumerateObject())
            merged[property.Name] = Value(Property(mine, property.Name), property.Value, hints.Child(property.Name));
        foreach (var property in mine.EnumerateObject())
        {
            if (!cloud.TryGetProperty(property.Name, out _) && !IsReplaced(property.Name, mine, cloud, hints))
                merged[property.Name] = Node(property.Value);
        }

        return merged;
    }

    // Where the cloud has an alternative of it, it has it no longer; unless that is something that no read returns.
    private static bool IsReplaced(string name, JsonElement mine, JsonElement cloud, HintTree hints) =>
        hints.HasAlternatives && !hints.Child(name).Hint.WriteOnly && Alternatives.IsRuledOut(name, mine, [cloud], hints);

    private static JsonArray MergeArrays(JsonElement mine, JsonElement cloud, HintTree hints)
    {
        var pairs = ElementPairs.Of(mine, cloud, hints);
        var merged = new JsonArray();
        var byDigest = cloud.EnumerateArray().Any(Envelope.IsHashed)
            ? mine.EnumerateArray().GroupBy(static element => SecretValues.DigestOf(element) ?? SecretValues.Digest(element)).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal)
            : null;
        for (var i = 0; i < pairs.Length; i++)
        {
            // A hash tells which element it is, in whatever order they come.
            JsonElement? same = byDigest is not null && SecretValues.DigestOf(cloud[i]) is { } digest && byDigest.TryGetValue(digest, out var found) ? found : pairs[i] < 0 ? null : mine[pairs[i]];
            merged.Add(Value(same, cloud[i], hints));
        }

        return merged;
    }

    private static JsonElement? Property(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var property) ? property : null;

    private static JsonNode? Node(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(element),
        JsonValueKind.Array => JsonArray.Create(element),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(element),
    };

    private static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node, NodeJson.Default.JsonNode);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonNode))]
internal sealed partial class NodeJson : System.Text.Json.Serialization.JsonSerializerContext;
