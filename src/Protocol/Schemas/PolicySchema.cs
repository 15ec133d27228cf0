using System.Text.Json.Nodes;
using Formae.Model;

namespace Formae.Protocol.Schemas;

/// <summary>The schema of policies: inline in a stack, standing by themselves, and referred to.</summary>
internal static class PolicySchema
{
    private const string Policy = "policy";
    private const string Standalone = "standalonePolicy";
    private const string ByReference = "policyReference";

    // A hundred years: the most that the reader takes.
    private const long MostSeconds = 3_155_760_000;

    public static void AddTo(JsonObject definitions)
    {
        definitions[Policy] = Inline();
        definitions[Standalone] = new JsonObject
        {
            ["description"] = "A policy that stacks refer to by its label.",
            ["allOf"] = new JsonArray(Node.Reference(Policy)),
            ["required"] = new JsonArray("Label"),
            ["not"] = new JsonObject { ["required"] = new JsonArray(Envelope.Reference) },
        };
        definitions[ByReference] = new JsonObject
        {
            ["description"] = "A policy with a label.",
            ["type"] = "object",
            ["properties"] = new JsonObject { [Envelope.Reference] = new JsonObject { ["type"] = "string", ["pattern"] = $"^{Model.Policy.ReferencePrefix}.+$" } },
            ["additionalProperties"] = Node.Ignored(),
        };
    }

    public static JsonObject ListOfStandalone() => Node.List(Standalone, "Policies with a label of their own, which stacks refer to.");

    public static JsonObject ListOfStack() => new()
    {
        ["description"] = "Policies of this stack alone, at most one of a type, and references to policies with a label.",
        ["type"] = Node.OrNull("array"),
        ["items"] = new JsonObject
        {
            ["if"] = new JsonObject { ["type"] = "object", ["required"] = new JsonArray(Envelope.Reference) },
            ["then"] = Node.Reference(ByReference),
            ["else"] = Node.Reference(Policy),
        },
    };

    private static JsonObject Inline()
    {
        var policy = new JsonObject
        {
            ["description"] = "A rule that the control plane follows for a stack by itself.",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["Type"] = new JsonObject
                {
                    ["description"] = "ttl: the stack is destroyed when its time is over. auto-reconcile: what others changed is put right again.",
                    ["enum"] = new JsonArray(Model.Policy.TimeToLive, Model.Policy.AutoReconcile),
                },
                ["Label"] = new JsonObject { ["description"] = "Its name, when it stands by itself.", ["anyOf"] = new JsonArray(Node.Reference("label"), new JsonObject { ["type"] = "null" }) },
            },
            ["required"] = new JsonArray("Type"),
        };
        policy["allOf"] = new JsonArray(Life(), Reconcile());
        return policy;
    }

    private static JsonObject Life() => Of(Model.Policy.TimeToLive, new JsonObject
    {
        ["properties"] = new JsonObject
        {
            ["TTLSeconds"] = Seconds("Seconds since the stack was first created. Either this or ExpiresAt."),
            ["ExpiresAt"] = new JsonObject
            {
                ["description"] = "The end, such as 2027-01-31T12:00:00Z.",
                ["type"] = Node.OrNull("string"),
                ["pattern"] = @"^[2-9]\d{3}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$|\$\{",
            },
            ["OnDependents"] = Node.OneOf("What happens when other stacks refer to what would go.", "abort", "cascade"),
        },
        ["oneOf"] = new JsonArray(Given("TTLSeconds", "integer", "string"), Given("ExpiresAt", "string")),
    });

    private static JsonObject Reconcile() => Of(Model.Policy.AutoReconcile, new JsonObject
    {
        ["properties"] = new JsonObject { ["IntervalSeconds"] = Seconds("Seconds between two looks.") },
        ["required"] = new JsonArray("IntervalSeconds"),
    });

    private static JsonObject Of(string type, JsonObject then) => new() { ["if"] = Node.WhereTypeIs(type), ["then"] = then };

    private static JsonObject Given(string key, params string[] types) => new()
    {
        ["properties"] = new JsonObject { [key] = new JsonObject { ["type"] = Node.Texts(types) } },
        ["required"] = new JsonArray(key),
    };

    private static JsonObject Seconds(string description) => new() { ["description"] = description, ["type"] = Node.OrNull("integer", "string"), ["pattern"] = Node.PlaceholderPattern, ["minimum"] = 1, ["maximum"] = MostSeconds };
}
