using System.Text;

namespace Formae.Protocol.Schemas;

/// <summary>
/// The Pkl module of a plugin: a class for each resource type, one for its outputs, and those of the objects inside it. It imports <c>formae.pkl</c>, which lies beside it.
/// </summary>
public sealed class PklModule
{
    public const string MediaType = "text/plain";

    /// <summary>The module that every document amends, and every other module imports.</summary>
    public const string BaseName = "formae.pkl";

    private const string Any = "Any";

    private const string ConfigClass = "TargetConfig";

    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _classes = new(StringComparer.Ordinal) { "Target", ConfigClass };
    private readonly Queue<(string Class, IReadOnlyList<FieldShape> Members)> _parts = new();
    private Func<string, string> _spelling = PklNames.Property;

    private PklModule()
    {
    }

    /// <summary>The text of <see cref="BaseName"/>.</summary>
    public static byte[] Base()
    {
        using var resource = typeof(PklModule).Assembly.GetManifestResourceStream(BaseName) ?? throw new InvalidOperationException($"{BaseName} was not built in.");
        var text = new byte[resource.Length];
        resource.ReadExactly(text);
        return text;
    }

    /// <param name="namespace">The plugin's namespace, which is the module's name too.</param>
    /// <param name="version">The plugin's version, for people.</param>
    /// <param name="types">Its types.</param>
    /// <param name="config">The config of its targets; null: nothing is known of it.</param>
    public static string Write(string @namespace, string? version, IEnumerable<TypeShape> types, TypeShape? config = null)
    {
        var module = new PklModule();
        var ordered = types.OrderBy(type => type.Type, StringComparer.Ordinal).ToList();
        module.Head(@namespace, version, config);
        var names = ordered.ToDictionary(type => type, type => module.Name(type));
        foreach (var type in ordered)
        {
            module.Resource(type, names[type]);
            module.Outputs(type, names[type]);
            module.Parts();
        }

        return module._text.ToString();
    }

    private void Parts()
    {
        while (_parts.TryDequeue(out var part))
            Part(part.Class, part.Members);
    }

    private string Name(TypeShape type)
    {
        var name = PklNames.Unique(PklNames.Class(type.Type), _classes);
        _classes.Add(name + "Ref");
        return name;
    }

    private void Head(string @namespace, string? version, TypeShape? config)
    {
        Line($"/// The resource types of {@namespace}{(version is null ? "" : $" {version}")}. Written by `formae schema pkl`; do not edit.");
        Line("@ModuleInfo { minPklVersion = \"0.26.0\" }");
        Line($"module {PklNames.Pascal(@namespace)}");
        Line();
        Line("import \"formae.pkl\"");
        Line();
        Line($"/// A target of {@namespace}.");
        Line("class Target extends formae.Target {");
        Line($"  namespace = {Quoted(@namespace)}");
        if (config is { IsClosed: true })
        {
            Line();
            Line("  /// Handed to the plugin with every call.");
            Line($"  config: {(config.Fields.Any(field => field.IsRequired) ? $"*{ConfigClass}|Dynamic" : $"(*{ConfigClass}|Dynamic)?")}");
        }

        Line("}");
        if (config is { IsClosed: true })
            Config(@namespace, config);
    }

    /// <summary>Its keys are spelled as the plugin spells them, as in a config of which nothing is known.</summary>
    private void Config(string @namespace, TypeShape config)
    {
        _spelling = PklNames.Verbatim;
        Line();
        Comment("", config.Description ?? $"The config of a target of {@namespace}.");
        Line($"class {ConfigClass} extends formae.Part {{");
        Fields(Properties(ConfigClass, config.Fields));
        Line("}");
        Parts();
        _spelling = PklNames.Property;
    }

    private void Resource(TypeShape type, string name)
    {
        Line();
        Comment("", type.Description);
        Line($"class {name} extends formae.Resource {{");
        Line($"  hidden fixed $type = {Quoted(type.Type)}");
        Line();
        var properties = Properties(name, type.Fields);
        Line("  /// Its properties and outputs, as references for other resources.");
        Line($"  hidden fixed res: {name}Ref = let (its = label) let (of = stack) new {name}Ref {{ label = its; stack = of }}");
        Line();
        Fields(properties);
        Line("}");
    }

    private void Outputs(TypeShape type, string name)
    {
        Line();
        Line($"/// Stands for a `{name}`; outside of the document that declares it: `new {name}Ref {{ label = \"…\"; stack = \"…\" }}`.");
        Line($"class {name}Ref extends formae.ResourceRef {{");
        Line($"  hidden fixed $type = {Quoted(type.Type)}");
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in type.Fields.Concat(type.Outputs))
        {
            Line();
            Comment("  ", field.Value.Description);
            Line($"  hidden fixed {PklNames.Unique(PklNames.Property(field.Name), taken)}: formae.Ref = $ref({Quoted(field.Name)})");
        }

        Line("}");
    }

    private void Part(string name, IReadOnlyList<FieldShape> members)
    {
        Line();
        Line($"class {name} extends formae.Part {{");
        Fields(Properties(name, members));
        Line("}");
    }

    private List<(string Property, string Field)> Properties(string owner, IReadOnlyList<FieldShape> fields)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var properties = new List<(string, string)>();
        foreach (var field in fields)
        {
            var property = PklNames.Unique(_spelling(field.Name), taken);
            properties.Add((property, field.Name));
            Comment("  ", Describe(field, fields));
            var type = TypeOf(owner + PklNames.Pascal(field.Name), field.Value);
            Line($"  {property}: {(type == Any ? "Any" : field.IsRequired ? type : $"({type})?")}");
            Line();
        }

        return properties;
    }

    private void Fields(List<(string Property, string Field)> properties)
    {
        var entries = properties.Select(property => $"\n    {Quoted(property.Field)}, {property.Property}");
        Line($"  function $fields() = Map({string.Join(',', entries)})");
    }

    // The first choice is the one that `{ … }` and `new { … }` make.
    private string TypeOf(string name, ValueShape shape)
    {
        switch (shape.Type)
        {
            case "string":
                return $"{(shape.Choices is { } choices ? string.Join('|', choices.Select(Quoted)) : "String")}|formae.Envelope";
            case "integer":
                return "Int|formae.Envelope";
            case "number":
                return "Number|formae.Envelope";
            case "boolean":
                return "Boolean|formae.Envelope";
            case "array":
                var item = shape.Item is null ? Any : TypeOf(name, shape.Item);
                return $"*Listing{(item == Any ? "" : $"<{item}>")}|formae.Envelope";
            case "object" when shape.Members is { Count: > 0 } members:
                var part = PklNames.Unique(name, _classes);
                _parts.Enqueue((part, members));
                return $"*{part}|formae.Envelope";
            case "object":
                var values = shape.Values is null ? Any : TypeOf(name, shape.Values);
                return $"*Mapping{(values == Any ? "" : $"<String, {values}>")}|formae.Envelope";
            default:
                return Any;
        }
    }

    private static string Describe(FieldShape field, IReadOnlyList<FieldShape> beside) => string.Join(' ', new[]
    {
        field.Value.Description,
        AlternativeNotes.Of(field, beside),
        field.Hint.CreateOnly ? "A change means a new object." : null,
        field.Hint.Opaque ? "A secret." : null,
        field.Hint.HasProviderDefault ? "Left out: the provider decides." : null,
    }.Where(note => !string.IsNullOrEmpty(note)));

    private void Comment(string indent, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
            Line($"{indent}/// {line.Trim()}".TrimEnd());
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            if (character is '"' or '\\')
                quoted.Append('\\').Append(character);
            else if (char.IsControl(character))
                quoted.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{{{(int)character:X}}}");
            else
                quoted.Append(character);
        }

        return quoted.Append('"').ToString();
    }

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
