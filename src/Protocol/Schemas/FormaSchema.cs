using System.Text.Json;
using System.Text.Json.Nodes;
using Formae.Model;

namespace Formae.Protocol.Schemas;

/// <summary>
/// The JSON Schema (2020-12) of a whole document: its frame, the forms that a value may take, and the properties of every type that plugins serve. An editor completes and
/// checks by it; what it refuses, the server refuses, as far as a document alone can tell.
/// </summary>
public static class FormaSchema
{
    public const string MediaType = "application/schema+json";

    /// <param name="types">Every type of every plugin.</param>
    /// <param name="configs">The configs of targets, of each plugin that announces what they are like.</param>
    public static JsonObject Of(IReadOnlyCollection<TypeShape> types, IReadOnlyCollection<TypeShape>? configs = null)
    {
        var targets = (configs ?? []).OrderBy(config => config.Type, StringComparer.Ordinal).ToList();
        var ordered = types.OrderBy(type => type.Type, StringComparer.Ordinal).ToList();
        var definitions = new JsonObject
        {
            ["label"] = new JsonObject { ["type"] = "string", ["pattern"] = @"^(?=[\s\S]*\S)[^\u0000-\u001F\u007F-\u009F]+$", ["maxLength"] = 1024 },
            ["description"] = Description(),
            ["parameter"] = Parameter(),
            ["stack"] = Stack(),
            ["target"] = Target(ordered, targets),
            ["resource"] = Resource(ordered),
        };
        PolicySchema.AddTo(definitions);
        ValueForms.AddTo(definitions);
        foreach (var type in ordered)
            definitions[type.Type] = ResourceProperties.Of(type);
        foreach (var config in targets)
            definitions[ConfigOf(config)] = ResourceProperties.Of(config);
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Forma",
            ["description"] = "A document of the resources that are wanted.",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["Description"] = Node.Reference("description"),
                ["Properties"] = new JsonObject
                {
                    ["description"] = "Parameters of the document, by name. The command line offers each that has a Flag as an option.",
                    ["type"] = Node.OrNull("object"),
                    ["additionalProperties"] = Node.Reference("parameter"),
                },
                ["Stacks"] = Node.List("stack", "Groups of resources. A reconcile compares each of them as a whole."),
                ["Targets"] = Node.List("target", "Places that plugins work on: accounts, regions, folders."),
                ["Resources"] = Node.List("resource", "What there is to be."),
                ["Policies"] = PolicySchema.ListOfStandalone(),
            },
            ["additionalProperties"] = Node.Ignored(),
            ["$defs"] = definitions,
        };
    }

    /// <summary>As an indented text, with a line break at its end.</summary>
    public static byte[] Write(IReadOnlyCollection<TypeShape> types, IReadOnlyCollection<TypeShape>? configs = null) => [.. JsonSerializer.SerializeToUtf8Bytes(Of(types, configs), SchemaJson.Readable.JsonObject), (byte)'\n'];

    private static JsonObject Description() => Node.Object("What the document is for.", nullable: true, [
        ("Text", Node.Text("Shown before anything is done.")),
        ("Confirm", Node.Flag("Whether the command line demands an acknowledgement of the text first.")),
    ]);

    private static JsonObject Parameter() => Node.Object("A parameter. Without a Default it must be given.", nullable: false, [
        ("Default", Scalar("The value when none is given.")),
        ("Value", Scalar("The value that was given.")),
        ("Flag", Node.Text("The option that it becomes, without the hyphens.")),
        ("Type", new JsonObject { ["description"] = "What the value is.", ["enum"] = new JsonArray("String", "Int", "Float", "Boolean", null) }),
    ]);

    private static JsonObject Scalar(string description) => new() { ["description"] = description, ["type"] = Node.OrNull("string", "number", "boolean") };

    private static JsonObject Stack()
    {
        var stack = Node.Object("A group of resources.", nullable: false, [
            ("Label", Node.Reference("label", "Unique among stacks.")),
            ("Description", Node.Text("What it is for. What is declared counts: an empty text removes the one that is stored.")),
            ("Policies", PolicySchema.ListOfStack()),
            ("ID", Node.Text("Output only: its identity.")),
            ("CreatedAt", Node.Text("Output only.")),
        ]);
        stack["properties"]!["Label"]!["not"] = new JsonObject { ["const"] = Model.Stack.Unmanaged };
        stack["required"] = new JsonArray("Label");
        return stack;
    }

    // No type has such a name: there is no '::' in it.
    private static string ConfigOf(TypeShape config) => $"target.{config.Type}";

    private static JsonObject Target(IEnumerable<TypeShape> types, List<TypeShape> configs)
    {
        var @namespace = Node.Text("The namespace of the plugin that serves it: what stands before the first '::' of its types.");
        @namespace["examples"] = Node.Texts(types.Select(type => type.Namespace).Distinct(StringComparer.OrdinalIgnoreCase));
        var target = Node.Object("A place that a plugin works on.", nullable: false, [
            ("Label", Node.Reference("label", "Unique among targets.")),
            ("Namespace", @namespace),
            ("Config", new JsonObject { ["description"] = "Handed to the plugin with every call.", ["type"] = Node.OrNull("object") }),
            ("ConfigSchema", Node.Object("Which parts of the config can be changed in place; those without a hint cannot.", nullable: true, [
                ("Hints", new JsonObject
                {
                    ["type"] = Node.OrNull("object"),
                    ["additionalProperties"] = Node.Object("A part of the config.", nullable: false, [("CreateOnly", Node.Flag("A change means a new target."))]),
                }),
            ])),
            ("Discoverable", Node.Flag("Whether what is there but in no document is looked for.")),
            ("Reaping", Node.Object("When a target that cannot be reached is given up.", nullable: true, [
                ("Kind", Node.OneOf("Never, or after a while.", "never", "after")),
                ("MaxUnreachableSeconds", Node.Whole("With 'after': the while.")),
            ])),
            ("Version", Node.Whole("Output only.")),
        ]);
        target["required"] = new JsonArray("Label", "Namespace");
        if (configs.Count > 0)
            target["allOf"] = new JsonArray([.. configs.Select(config => Node.Where("Namespace", config.Type, "Config", ConfigOf(config), config.Fields.Any(field => field.IsRequired)))]);
        return target;
    }

    private static JsonObject Resource(List<TypeShape> types)
    {
        var resource = Node.Object("Something to be made by a plugin. Stack, type and label together name it.", nullable: false, [
            ("Label", Node.Reference("label", "Unique among the resources of the same type in the stack.")),
            ("Type", TypeName(types)),
            ("Stack", Node.Text("The stack's label. Default: the first stack of the document.")),
            ("Target", Node.Text("The target's label. Default: the first target of the document.")),
            ("Properties", new JsonObject { ["description"] = "Its fields, as the type has them.", ["type"] = Node.OrNull("object") }),
            ("Alias", Node.Text("A label that it had before: how a rename is told from a delete and a create.")),
            ("Group", Node.Text("For sorting in lists.")),
            ("Schema", new JsonObject { ["description"] = "What is known of the type. The plugin's own schema counts.", ["type"] = Node.OrNull("object") }),
            ("ReadOnlyProperties", new JsonObject { ["description"] = "Output only.", ["type"] = Node.OrNull("object") }),
            ("PatchDocument", new JsonObject { ["description"] = "Output only." }),
            ("NativeID", Node.Text("Output only: the identity in the cloud.")),
            ("Managed", Node.Flag("Output only.")),
            ("Ksuid", Node.Text("Output only: its identity.")),
        ]);
        resource["required"] = new JsonArray("Label", "Type");
        resource["properties"]!["Stack"]!["not"] = new JsonObject { ["const"] = Model.Stack.Unmanaged };

        // By the type's name, so that an editor offers the fields of this very type, however many types there are.
        if (types.Count > 0)
            resource["allOf"] = new JsonArray([.. types.Select(type => Node.Where("Type", type.Type, "Properties", type.Type, type.Fields.Any(field => field.IsRequired)))]);
        return resource;
    }

    private static JsonObject TypeName(List<TypeShape> types)
    {
        var name = new JsonObject { ["description"] = "NAMESPACE::Service::Kind." };
        if (types.Count > 0)
            name["anyOf"] = new JsonArray(new JsonObject { ["enum"] = Node.Texts(types.Select(type => type.Type)) }, Node.Placeholder());
        else
            name["type"] = "string";
        return name;
    }
}
