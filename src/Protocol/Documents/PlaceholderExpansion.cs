using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>
/// Puts in place of each placeholder what it stands for: the value of a parameter anywhere; in the properties of resources and the config of targets also references
/// and secrets. Read once: what a value says is not looked at again. Nothing is written for which there is no room: a parameter that is long and used often makes a lot of a little.
/// </summary>
internal sealed class PlaceholderExpansion(NodeReader read, IReadOnlyDictionary<string, FormaProperty>? parameters, DocumentInputs inputs, FormaLimits limits)
{
    private enum Area
    {
        Elsewhere,
        Properties,
        Config,
    }

    private const string Forms = "The forms are ${property:NAME}, ${resource:NAME.PROPERTY}, ${dependency:STACK.NAME.PROPERTY}, ${secret:NAME} and ${auth:NAME}; write $${ where ${ is meant as text.";

    private readonly SortedDictionary<int, (JsonTokenType Kind, JsonElement Json)> _replaced = [];
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PlaceholderValue.Typed> _typed = new(StringComparer.Ordinal);
    private long _length = read.Tree.Length;
    private bool _isTooLarge;

    public DocumentTree Run()
    {
        if (read.Tree.KindOf(DocumentTree.Root) != JsonTokenType.StartObject)
            return read.Tree;
        foreach (var section in read.Members(DocumentTree.Root))
        {
            switch (read.Tree.Key(section))
            {
                case "Properties":
                    break;
                case "Resources":
                    Section(section, "Properties", Area.Properties);
                    break;
                case "Targets":
                    Section(section, "Config", Area.Config);
                    break;
                default:
                    Visit(section, Area.Elsewhere);
                    break;
            }
        }

        return _replaced.Count == 0 ? read.Tree : read.Tree.Replace(_replaced);
    }

    private void Section(int section, string key, Area area)
    {
        foreach (var item in read.Members(section))
        {
            foreach (var member in read.Members(item))
                Visit(member, read.Tree.HasKey(member) && read.Tree.Key(member) == key ? area : Area.Elsewhere);
        }
    }

    private void Visit(int node, Area area)
    {
        if (_isTooLarge)
            return;
        if (read.Tree.KindOf(node) != JsonTokenType.String)
        {
            foreach (var child in read.Members(node))
                Visit(child, area);
            return;
        }

        if (read.Tree.Raw(node).IndexOf("${"u8) < 0)
            return;
        var text = read.Tree.Text(node);
        if (!PlaceholderText.TryParse(text, out var parts, out var problem))
        {
            Wrong(node, problem, Forms);
            return;
        }

        // A part that is wrong has been noted; the others are looked at too, so that all that is wrong is told at once.
        var values = parts.Select(part => part.Placeholder is null ? new PlaceholderValue.Text(part.Text) : Of(part.Placeholder, node, area)).ToList();
        if (values.Contains(null) || Joined(values!, node) is not { } replacement)
            return;
        if (inputs.IsForParametersOnly && parts.All(part => part.Placeholder?.Kind != Placeholder.Property))
            return;
        if (inputs.IsForParametersOnly && replacement.ValueKind is JsonValueKind.String or JsonValueKind.Object)
        {
            if (Concatenated(Rewritten(parts, values!), node) is not { } rewritten)
                return;
            replacement = JsonText.String(rewritten);
        }

        var length = JsonMarshal.GetRawUtf8Value(replacement).Length;
        if (!Fits(length, node))
            return;
        _length += length - read.Tree.Raw(node).Length;
        var kind = replacement.ValueKind switch
        {
            JsonValueKind.Object => JsonTokenType.StartObject,
            JsonValueKind.Number => JsonTokenType.Number,
            JsonValueKind.True => JsonTokenType.True,
            JsonValueKind.False => JsonTokenType.False,
            _ => JsonTokenType.String,
        };
        _replaced[node] = (kind, replacement);
    }

    /// <summary>Whether there is room for a value of at least this length; what there is no room for is noted, and ends the whole.</summary>
    private bool Fits(long length, int node)
    {
        if (_isTooLarge || _length - read.Tree.Raw(node).Length + length <= limits.MaxBytes)
            return !_isTooLarge;
        read.Note(Severity.Error, DiagnosticCodes.TooLarge, node, limits.Outgrown, FormaLimits.OutgrownAdvice);
        _isTooLarge = true;
        return false;
    }

    /// <summary>The parts as one text; null when there is no room for it. In JSON it is as long or longer.</summary>
    private string? Concatenated(IEnumerable<string> parts, int node)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            if (!Fits((long)text.Length + part.Length, node))
                return null;
            text.Append(part);
        }

        return text.ToString();
    }

    private PlaceholderValue? Of(Placeholder placeholder, int node, Area area)
    {
        if (placeholder.Kind == Placeholder.Property)
            return Parameter(placeholder, node);
        if (!Placeholder.Kinds.Contains(placeholder.Kind))
            return Wrong(node, $"'{placeholder.Source}' is nothing that this document could refer to.{Suggestion.Sentence(placeholder.Kind, Placeholder.Kinds)}", Forms);
        if (area == Area.Elsewhere || (placeholder.Kind == Placeholder.Credential && area != Area.Config))
            return Wrong(node, $"'{placeholder.Source}' cannot stand here.", placeholder.Kind == Placeholder.Credential ? "Credentials stand in the Config of a target only." : "It may stand in the Properties of a resource and in the Config of a target.");
        var isSecret = placeholder.Kind is Placeholder.Secret or Placeholder.Credential;
        if (read.Tree.HasKey(node) && read.Tree.Key(node).StartsWith('$') && !(isSecret && IsOpaqueValue(node)))
            return Wrong(node, $"'{placeholder.Source}' cannot stand inside of an envelope.", "Write it in place of the whole envelope.");
        return isSecret ? Secret(placeholder, node) : Reference(placeholder, node);
    }

    private PlaceholderValue? Parameter(Placeholder placeholder, int node)
    {
        var name = placeholder.Body;
        if (parameters is null || !parameters.TryGetValue(name, out var parameter))
        {
            read.Note(Severity.Error, DiagnosticCodes.UnknownParameter, node, $"There is no parameter '{name}'.{Suggestion.Sentence(name, parameters?.Keys.ToArray() ?? [])}", "Declare it under Properties of the document.");
            return null;
        }

        if (_typed.TryGetValue(name, out var known))
            return known;
        if ((parameter.Value ?? parameter.Default) is { } value)
            return _typed[name] = new PlaceholderValue.Typed(value);
        if (_missing.Add(name))
            read.Note(Severity.Error, DiagnosticCodes.MissingParameter, node, $"The parameter '{name}' has no value.", $"Give it with --{(parameter.Flag is { Length: > 0 } flag ? flag.TrimStart('-') : name)}, as the field prop:{name} of the request, or write a Default.");
        return null;
    }

    private PlaceholderValue? Secret(Placeholder placeholder, int node)
    {
        var (kind, ask) = placeholder.Kind == Placeholder.Secret ? ("secret", inputs.Secret) : ("credential", inputs.Credential);
        var name = placeholder.Body;
        if (name.Length == 0 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.'))
            return Wrong(node, $"'{placeholder.Source}' names no {kind}.", "A name has letters, digits, '_', '-' and '.'.");
        if (ask is null)
            return new PlaceholderValue.Secret(null, IsOpaqueValue(node));
        if (ask(name) is { } text)
            return new PlaceholderValue.Secret(text, IsOpaqueValue(node));
        var setting = $"{(placeholder.Kind == Placeholder.Secret ? "FORMAE_SECRET_" : "FORMAE_AUTH_")}{new string([.. name.Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_')])}";
        read.Note(Severity.Error, DiagnosticCodes.UnknownSecret, node, $"There is no {kind} '{name}'.", $"Give it as the field {placeholder.Kind}:{name} of the request, or set {setting} for the coordinator.");
        return null;
    }

    private PlaceholderValue? Reference(Placeholder placeholder, int node)
    {
        var rest = placeholder.Body;
        string? stack = null;
        if (placeholder.Kind == Placeholder.Dependency && !PlaceholderText.TryName(ref rest, out stack))
            return Wrong(node, $"'{placeholder.Source}' names no property of a resource.", "It has the form ${dependency:STACK.NAME.PROPERTY}; a name with dots stands in single quotes.");
        var type = PlaceholderText.Type(ref rest);
        if (!PlaceholderText.TryName(ref rest, out var label) || rest.Length == 0)
            return Wrong(node, $"'{placeholder.Source}' names no property of a resource.", $"It has the form ${{{placeholder.Kind}:{(stack is null ? "" : "STACK.")}NAME.PROPERTY}}; a name with dots stands in single quotes.");
        return new PlaceholderValue.Reference(JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean(Envelope.Source, true);
            writer.WriteString(Envelope.Label, label);
            if (type is not null)
                writer.WriteString(Envelope.Type, type);
            if (stack is not null)
                writer.WriteString(Envelope.Stack, stack);
            writer.WriteString(Envelope.Property, rest);
            writer.WriteString(Envelope.Written, placeholder.Source);
            writer.WriteEndObject();
        }));
    }

    /// <summary>One value from the parts of a text: itself when it stands alone; a secret as soon as one is in it; a template for references in text.</summary>
    private JsonElement? Joined(List<PlaceholderValue> values, int node)
    {
        if (values is [PlaceholderValue.Typed { Json: var alone }])
            return alone;
        if (values is [PlaceholderValue.Reference { Envelope: var reference }])
            return reference;
        if (values.OfType<PlaceholderValue.Secret>().FirstOrDefault() is { } secret)
        {
            if (values.Any(value => value is PlaceholderValue.Reference))
            {
                read.Note(Severity.Error, DiagnosticCodes.UnsupportedEmbed, node, "A secret and a reference cannot stand in one text.", "Give each a field of its own.");
                return null;
            }

            if (values.Any(value => value is PlaceholderValue.Secret { Opened: null }))
                return secret.IsInEnvelope ? JsonText.String("") : JsonText.Write(writer => SecretValues.WriteWithheld(Envelope.Preserved, writer));
            if (Concatenated(values.Select(value => value.AsText()), node) is not { } text)
                return null;
            return secret.IsInEnvelope ? JsonText.String(text) : JsonText.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString(Envelope.Value, text);
                writer.WriteString(Envelope.Visibility, Envelope.Opaque);
                writer.WriteEndObject();
            });
        }

        if (!values.Any(value => value is PlaceholderValue.Reference))
            return Concatenated(values.Select(value => value.AsText()), node) is { } joined ? JsonText.String(joined) : null;
        if (!Fits(values.Sum(value => (long)value.AsText().Length), node))
            return null;
        if (EmbeddedText.TryWrite(values.Select(value => value is PlaceholderValue.Reference { Envelope: var inner } ? ("", inner) : (value.AsText(), (JsonElement?)null)), out var template))
            return template;
        read.Note(Severity.Error, DiagnosticCodes.InvalidTemplate, node, "A text with references in it cannot hold the characters U+001E and U+001F.", "They mark the references; take them out.");
        return null;
    }

    /// <summary>The text as one would write it with the values of the parameters in it: what they say is text, also when it is read again.</summary>
    private static IEnumerable<string> Rewritten(IReadOnlyList<PlaceholderText.Part> parts, List<PlaceholderValue> values) => parts.Zip(values, (part, value) =>
        value is PlaceholderValue.Secret or PlaceholderValue.Reference ? part.Placeholder!.Source : value.AsText().Replace("${", "$${", StringComparison.Ordinal));

    private bool IsOpaqueValue(int node)
    {
        if (!read.Tree.HasKey(node) || read.Tree.Key(node) != Envelope.Value)
            return false;
        foreach (var sibling in read.Members(read.Tree.ParentOf(node)))
        {
            if (read.Tree.Key(sibling) == Envelope.Visibility && read.Tree.KindOf(sibling) == JsonTokenType.String)
                return read.Tree.Text(sibling) == Envelope.Opaque;
        }

        return false;
    }

    private PlaceholderValue? Wrong(int node, string summary, string detail)
    {
        read.Note(Severity.Error, DiagnosticCodes.InvalidPlaceholder, node, summary, detail);
        return null;
    }
}
