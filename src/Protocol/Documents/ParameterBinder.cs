using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>The parameters of a document with their values: those that were given, else what the document says.</summary>
internal sealed partial class ParameterBinder(NodeReader read, IReadOnlyDictionary<string, string> given)
{
    private static readonly string[] Keys = ["Default", "Value", "Flag", "Type"];

    public Dictionary<string, FormaProperty>? Bind()
    {
        Dictionary<string, FormaProperty>? parameters = null;
        if (read.Tree.KindOf(DocumentTree.Root) == JsonTokenType.StartObject)
        {
            foreach (var member in read.Members(DocumentTree.Root))
            {
                if (read.Tree.Key(member) == "Properties")
                    parameters = Bind(member);
            }
        }

        foreach (var (name, text) in given)
        {
            if (parameters is null || !parameters.TryGetValue(name, out var parameter))
                read.Note(Severity.Error, DiagnosticCodes.UnknownParameter, DocumentTree.Root, $"The document has no parameter '{name}' that a value could be given to.{Suggestion.Sentence(name, parameters?.Keys.ToArray() ?? [])}", "Declare it under Properties, or leave the value out.");
            else if (Typed(JsonText.String(text), parameter.Type, isGiven: true) is { } value)
                parameters[name] = parameter with { Value = value };
            else
                read.Note(Severity.Error, DiagnosticCodes.WrongParameterType, DocumentTree.Root, $"The value that was given for the parameter '{name}' is no {parameter.Type}.", "Give another one.");
        }

        return parameters;
    }

    private Dictionary<string, FormaProperty>? Bind(int node)
    {
        if (read.IsNull(node) || !read.IsObject(node, "Properties"))
            return null;
        var parameters = new Dictionary<string, FormaProperty>(StringComparer.Ordinal);
        foreach (var member in read.Members(node))
        {
            if (read.IsObject(member, "A parameter"))
                parameters[read.Tree.Key(member)] = Parameter(member);
        }

        return parameters;
    }

    private FormaProperty Parameter(int node)
    {
        string? type = null, flag = null;
        int? fallback = null, value = null;
        foreach (var part in read.Members(node))
        {
            switch (read.Tree.Key(part))
            {
                case "Default": fallback = part; break;
                case "Value": value = part; break;
                case "Flag": flag = read.Text(part); break;
                case "Type": type = read.OneOf(part, ["String", "Int", "Float", "Boolean"]); break;
                default: read.Unknown(part, Keys, 0); break;
            }
        }

        type ??= TypeOf(value ?? fallback);
        return new FormaProperty { Default = Typed(fallback, type), Value = Typed(value, type), Flag = flag, Type = type };
    }

    private JsonElement? Typed(int? node, string type)
    {
        if (node is not { } there || read.IsNull(there))
            return null;
        var written = read.Tree.Element(there);
        if (Typed(written, type, isGiven: false) is { } value)
            return value;
        read.Note(Severity.Error, DiagnosticCodes.WrongParameterType, there, $"{read.Tree.Key(there)} must be {(type == "Int" ? "an" : "a")} {type}; it is {read.NameOf(there)}.",
            type == "String" && written.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? "Put it in quotes." : "Correct the value, or the Type of the parameter.");
        return null;
    }

    // A text that says a number is one where a number is wanted: a command line and a form have nothing but texts.
    private static JsonElement? Typed(JsonElement value, string type, bool isGiven)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => isGiven ? value.GetString()!.Trim() : value.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => "",
        };
        return type switch
        {
            "String" => value.ValueKind == JsonValueKind.String ? value : null,
            "Int" when WholeForm().IsMatch(text) => JsonElement.Parse(text),
            "Float" when NumberForm().IsMatch(text) && double.IsFinite(double.Parse(text, CultureInfo.InvariantCulture)) => JsonElement.Parse(text),
            "Boolean" when text is "true" or "false" => JsonElement.Parse(text),
            _ => null,
        };
    }

    private string TypeOf(int? node) => node is not { } there ? "String" : read.Tree.KindOf(there) switch
    {
        JsonTokenType.True or JsonTokenType.False => "Boolean",
        JsonTokenType.Number => WholeForm().IsMatch(read.Tree.Element(there).GetRawText()) ? "Int" : "Float",
        _ => "String",
    };

    [GeneratedRegex(@"^-?(0|[1-9]\d{0,17})\z")]
    private static partial Regex WholeForm();

    [GeneratedRegex(@"^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?\z")]
    private static partial Regex NumberForm();
}
