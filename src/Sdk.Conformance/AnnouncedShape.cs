using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;

namespace Formae.Sdk.Conformance;

/// <summary>A type as the control plane knows it: what it stores of an object, and what it tells apart.</summary>
internal sealed class AnnouncedShape(AnnouncedType announced)
{
    private const int LongestValue = 200;

    public string Name => announced.Type;

    public bool CanList => announced.CanList;

    public JsonElement? JsonSchema => announced.JsonSchema;

    public ResourceSchema Schema { get; } = KnownSecrets.Complete(announced.Type, announced.Schema)!;

    public HintTree Hints => HintTree.Of(Schema);

    public bool IsField(string property) => Schema.Fields.Count == 0 || Schema.Fields.Contains(property);

    public FieldHint HintOf(string property) => Hints.Child(property).Hint;

    /// <summary>As it is stored: fields only, secrets as digests, and of what no read returns the value that was written last.</summary>
    public JsonElement Stored(JsonElement live, JsonElement wanted)
    {
        var fields = new JsonObject();
        foreach (var property in live.EnumerateObject().Where(property => IsField(property.Name)))
            fields[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        foreach (var property in wanted.EnumerateObject().Where(property => HintOf(property.Name).WriteOnly && Of(live, property.Name) is null))
            fields[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        return SecretValues.Hashed(JsonSerializer.SerializeToElement(fields), Schema);
    }

    /// <summary>What is shown of it to a plugin that need not know its secrets.</summary>
    public JsonElement Prior(JsonElement stored) => SecretValues.Redacted(stored, Schema);

    /// <summary>As it travels: secrets sealed.</summary>
    public JsonElement Closed(JsonElement wanted, SecretSeal seal) => seal.Close(wanted, Schema);

    /// <summary>Each field that is not as it was asked for, in words.</summary>
    /// <param name="live">What was reported.</param>
    /// <param name="wanted">What was asked for.</param>
    /// <param name="all">Whether fields count that were not asked for.</param>
    public IEnumerable<string> Differences(JsonElement live, JsonElement wanted, bool all)
    {
        var asked = wanted.EnumerateObject().Select(property => property.Name);
        var there = all ? live.EnumerateObject().Select(property => property.Name).Where(IsField) : [];
        foreach (var name in asked.Union(there, StringComparer.Ordinal))
        {
            if (HintOf(name).WriteOnly && Of(live, name) is null)
                continue;
            if (PropertyComparison.Fulfills(Alone(live, name), Alone(wanted, name), Schema))
                continue;
            yield return (Of(wanted, name), Of(live, name)) switch
            {
                ({ }, null) => $"'{name}' was written and is not returned",
                (null, { } found) => $"'{name}' was not written, is returned as {Show(name, found)}, and is no [ProviderDefault]",
                ({ } written, { } found) => $"'{name}' was written as {Show(name, written)} and is returned as {Show(name, found)}",
                _ => $"'{name}' is not what it was",
            };
        }
    }

    /// <summary>Each field that is not the same in two states, in words.</summary>
    public IEnumerable<string> Changes(JsonElement before, JsonElement after) =>
        from name in before.EnumerateObject().Concat(after.EnumerateObject()).Select(property => property.Name).Where(IsField).Distinct(StringComparer.Ordinal)
        where !PropertyComparison.Equal(Alone(after, name), Alone(before, name), Schema)
        select $"'{name}' was {(Of(before, name) is { } one ? Show(name, one) : "nothing")} and is {(Of(after, name) is { } other ? Show(name, other) : "nothing")}";

    /// <summary>Whether two states are one to the control plane.</summary>
    public bool Same(JsonElement left, JsonElement right) => PropertyComparison.Equal(SecretValues.Hashed(left, Schema), SecretValues.Hashed(right, Schema), Schema);

    /// <summary>Whether two documents differ in a field in such a way that only a new object can be as the other one says: by itself, or in something inside of it.</summary>
    public bool DiffersWhereCreateOnly(JsonElement one, JsonElement other, string name) => Differs(Of(one, name), Of(other, name), Hints.Child(name));

    public static JsonElement? Of(JsonElement properties, string name) =>
        properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private JsonElement Alone(JsonElement properties, string name) => SecretValues.Hashed(
        JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            if (Of(properties, name) is { } value)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }),
        Schema);

    private static bool Differs(JsonElement? one, JsonElement? other, HintTree hints)
    {
        if (CanonicalText.Of(one ?? default, hints, Sense.Content) == CanonicalText.Of(other ?? default, hints, Sense.Content))
            return false;
        return hints.Hint.CreateOnly || hints.Children.Any(child => Differs(one is { } left ? Of(left, child.Key) : null, other is { } right ? Of(right, child.Key) : null, child.Value));
    }

    private string Show(string name, JsonElement value)
    {
        if (Hints.Child(name).HasSecrets || Envelope.MayBeIn(value))
            return "another secret";
        var text = value.GetRawText();
        return text.Length <= LongestValue ? text : text[..LongestValue] + "…";
    }
}
