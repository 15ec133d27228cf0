using System.Text.Json.Nodes;
using Formae.Model;

namespace Formae.Protocol.Schemas;

/// <summary>What may stand where a plain value is expected: references, secrets, values with a behaviour, texts with references in them.</summary>
internal static class ValueForms
{
    private const string Name = "envelope";

    public static void AddTo(JsonObject definitions) => definitions[Name] = new JsonObject
    {
        ["description"] = "Something else in place of a plain value: a reference, a secret, a value that is written once, or a text with references in it.",
        ["type"] = "object",
        ["anyOf"] = new JsonArray([.. new[] { Envelope.Value, Envelope.Source, Envelope.Reference, Envelope.Embed, Envelope.Withheld }.Select(key => new JsonObject { ["required"] = new JsonArray(key) })]),
        ["properties"] = new JsonObject
        {
            [Envelope.Source] = new JsonObject { ["description"] = "A reference to a property of another resource: $label, $type, $stack and $property name it." },
            [Envelope.Label] = new JsonObject { ["description"] = "The other resource's label.", ["type"] = "string", ["minLength"] = 1 },
            [Envelope.Type] = new JsonObject { ["description"] = "The other resource's type.", ["type"] = "string", ["minLength"] = 1 },
            [Envelope.Stack] = new JsonObject { ["description"] = "The other resource's stack.", ["type"] = "string" },
            [Envelope.Property] = new JsonObject { ["description"] = "The other resource's property: dotted, with indexes as in Names[0].", ["type"] = "string", ["minLength"] = 1 },
            [Envelope.Json] = new JsonObject { ["description"] = "A dotted path into the value, which is a text that holds a JSON document." },
            [Envelope.Value] = new JsonObject { ["description"] = "The value, of which the keys beside it say how it behaves." },
            [Envelope.Visibility] = new JsonObject { ["description"] = "Opaque: a secret, kept as its hash and never shown.", ["enum"] = new JsonArray(Envelope.Clear, Envelope.Opaque) },
            [Envelope.Strategy] = new JsonObject { ["description"] = "SetOnce: what was written first stays, whatever the document says later.", ["enum"] = new JsonArray(Envelope.Update, Envelope.SetOnce) },
            [Envelope.Embed] = new JsonObject { ["description"] = "A text with references in it: $template holds them." },
            [Envelope.Template] = new JsonObject { ["type"] = "string" },
        },
        ["if"] = new JsonObject { ["properties"] = new JsonObject { [Envelope.Source] = new JsonObject { ["const"] = true } }, ["required"] = new JsonArray(Envelope.Source) },
        ["then"] = new JsonObject { ["required"] = new JsonArray(Envelope.Label, Envelope.Type, Envelope.Property) },
        ["default"] = new JsonObject { [Envelope.Source] = true, [Envelope.Label] = "", [Envelope.Type] = "", [Envelope.Stack] = "", [Envelope.Property] = "" },
    };

    /// <summary>An object here is one of these forms, and nothing else.</summary>
    public static void AllowIn(JsonObject schema)
    {
        schema["if"] = new JsonObject { ["type"] = "object" };
        schema["then"] = Node.Reference(Name);
    }

    /// <summary>An object here is one of these forms, or <paramref name="members"/>.</summary>
    public static void AllowBeside(JsonObject schema, JsonObject members)
    {
        schema["if"] = new JsonObject
        {
            ["type"] = "object",
            ["anyOf"] = new JsonArray([.. new[] { Envelope.Value, Envelope.Source, Envelope.Reference, Envelope.Embed, Envelope.Withheld }.Select(key => new JsonObject { ["required"] = new JsonArray(key) })]),
        };
        schema["then"] = Node.Reference(Name);
        schema["else"] = members;
    }
}
