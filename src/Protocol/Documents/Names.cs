using System.Text.RegularExpressions;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>What things are called: well formed, and nothing called twice.</summary>
internal sealed partial class Names(NodeReader read)
{
    private const int MaxLength = 1024;

    private readonly Dictionary<string, int> _stacks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _targets = new(StringComparer.Ordinal);
    private readonly List<(string Stack, string Type, string Label, int Node)> _resources = [];
    private readonly HashSet<string> _goodTypes = new(StringComparer.Ordinal);

    public string Label(int node)
    {
        if (read.Text(node) is not { } label)
        {
            if (read.IsNull(node))
                Wrong(node, "A label cannot be null.", "Give it a name.");
            return "";
        }

        if (string.IsNullOrWhiteSpace(label))
            Wrong(node, "A label cannot be empty.", "Give it a name.");
        else if (label.Length > MaxLength)
            Wrong(node, $"A label cannot have more than {MaxLength} characters; this one has {label.Length}.", "Choose a shorter one.");
        else if (label.Any(char.IsControl))
            Wrong(node, "A label cannot hold control characters.", "Remove tabs, line breaks and the like.");
        return label;
    }

    public string Type(int node)
    {
        if (read.Text(node) is not { } type)
            return "";
        if (!_goodTypes.Contains(type))
        {
            if (TypeForm().IsMatch(type))
                _goodTypes.Add(type);
            else
                read.Note(Severity.Error, DiagnosticCodes.InvalidType, node, $"'{type}' is no resource type.", "A type has the form NAMESPACE::Service::Kind.");
        }

        return type;
    }

    public void Stack(string label, int node)
    {
        if (label == Model.Stack.Unmanaged)
            read.Note(Severity.Error, DiagnosticCodes.ReservedStack, node, $"'{label}' holds what was discovered; it cannot be declared.", "Choose another label.");
        Once(_stacks, label, node, DiagnosticCodes.DuplicateStack, "stack");
    }

    public void Target(string label, int node) => Once(_targets, label, node, DiagnosticCodes.DuplicateTarget, "target");

    public void Resource(string stack, string type, string label, int node)
    {
        if (label.Length > 0 && type.Length > 0)
            _resources.Add((stack, type, label, node));
    }

    /// <summary>Resources are told apart once the first stack, which those without one belong to, is known.</summary>
    public void FindRepeated(string firstStack)
    {
        var seen = new Dictionary<ResourceKey, int>(_resources.Count);
        foreach (var (stack, type, label, node) in _resources)
        {
            var key = new ResourceKey(stack.Length == 0 ? firstStack : stack, type, label);
            if (seen.TryAdd(key, node))
                continue;
            var first = seen[key];
            read.Note(Severity.Error, DiagnosticCodes.DuplicateResource, node,
                $"The resource '{label}' of type {type} is in the stack '{key.Stack}' twice: first at {read.Tree.PathOf(first)} on line {read.Tree.PositionOf(first).Line}.",
                "Give one of them another label, or remove it.");
        }
    }

    private void Once(Dictionary<string, int> seen, string label, int node, string code, string what)
    {
        if (label.Length > 0 && !seen.TryAdd(label, node))
            read.Note(Severity.Error, code, node, $"The {what} '{label}' is declared twice: first at {read.Tree.PathOf(seen[label])} on line {read.Tree.PositionOf(seen[label]).Line}.", "Remove one of them.");
    }

    private void Wrong(int node, string summary, string detail) => read.Note(Severity.Error, DiagnosticCodes.InvalidLabel, node, summary, detail);

    [GeneratedRegex(@"^[A-Za-z0-9_.-]+(::[A-Za-z0-9_.-]+){2}\z")]
    private static partial Regex TypeForm();
}
