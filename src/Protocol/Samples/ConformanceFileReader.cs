using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Documents;

namespace Formae.Protocol.Samples;

/// <summary>Reads a conformance file and says of every mistake what it is, where it is and what to do.</summary>
public static class ConformanceFileReader
{
    private static readonly string[] FileKeys = ["target", "proxies", "samples"];
    private static readonly string[] SampleKeys = ["name", "type", "properties", "changed", "replaced", "requires", "notApplicable"];

    /// <summary>Reads UTF-8 JSON.</summary>
    public static ConformanceReading Read(ReadOnlyMemory<byte> utf8)
    {
        var limits = new FormaLimits();
        var bag = new DiagnosticBag(limits.MaxDiagnostics);
        if (utf8.Span.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        if (JsonTreeReader.Read(utf8, limits, bag) is not { } tree || bag.HasErrors)
            return new ConformanceReading(null, bag.All);
        var file = new Binder(new NodeReader(tree, bag)).Bind();
        return new ConformanceReading(bag.HasErrors ? null : file, bag.All);
    }

    private sealed class Binder(NodeReader reader)
    {
        private readonly List<VariableUse> _variables = [];
        private readonly Dictionary<string, int> _nodes = new(StringComparer.Ordinal);

        private DocumentTree Tree => reader.Tree;

        public ConformanceFile Bind()
        {
            var file = new ConformanceFile();
            if (!reader.IsObject(DocumentTree.Root, "The file"))
                return file;
            reader.Need(DocumentTree.Root, "samples");
            foreach (var member in reader.Members(DocumentTree.Root))
            {
                file = Tree.Key(member) switch
                {
                    "target" => file with { Target = reader.ObjectElement(member, "target") },
                    "proxies" => file with { Proxies = Texts(member, "proxies") },
                    "samples" => file with { Samples = reader.List(member, "samples", Sample) },
                    _ => reader.Unknown(member, FileKeys, file),
                };
            }

            foreach (var member in reader.Members(DocumentTree.Root))
            {
                if (Tree.Key(member) is "target" or "proxies")
                    Placeholders(member, sample: null, file);
            }

            foreach (var sample in file.Samples)
                Check(sample, file);
            return file with { Variables = _variables };
        }

        private ConformanceSample Sample(int node)
        {
            var sample = new ConformanceSample { Name = "", Type = "", Properties = JsonText.EmptyObject };
            if (!reader.IsObject(node, "A sample"))
                return sample;
            foreach (var key in (string[])["name", "type", "properties"])
                reader.Need(node, key);
            foreach (var member in reader.Members(node))
            {
                sample = Tree.Key(member) switch
                {
                    "name" => sample with { Name = reader.Text(member) ?? "" },
                    "type" => sample with { Type = reader.Text(member) ?? "" },
                    "properties" => sample with { Properties = reader.ObjectElement(member, "properties") ?? JsonText.EmptyObject },
                    "changed" => sample with { Changed = reader.ObjectElement(member, "changed") },
                    "replaced" => sample with { Replaced = reader.ObjectElement(member, "replaced") },
                    "requires" => sample with { Requires = [.. reader.List(member, "requires", reader.Text).OfType<string>()] },
                    "notApplicable" => sample with { NotApplicable = Texts(member, "notApplicable") },
                    _ => reader.Unknown(member, SampleKeys, sample),
                };
            }

            if (sample.Name.Length > 0 && !_nodes.TryAdd(sample.Name, node))
                reader.Note(Severity.Error, DiagnosticCodes.DuplicateElement, node, $"There are two samples of the name '{sample.Name}'.", "Others refer to a sample by its name: give each its own.");
            return sample;
        }

        private Dictionary<string, string> Texts(int node, string what)
        {
            var texts = new Dictionary<string, string>(StringComparer.Ordinal);
            if (!reader.IsNull(node) && reader.IsObject(node, what))
            {
                foreach (var member in reader.Members(node))
                    texts[Tree.Key(member)] = reader.Text(member) ?? "";
            }

            return texts;
        }

        private void Check(ConformanceSample sample, ConformanceFile file)
        {
            if (!_nodes.TryGetValue(sample.Name, out var node))
                return;
            foreach (var required in sample.Requires.Where(name => !_nodes.ContainsKey(name)))
                reader.Note(Severity.Error, DiagnosticCodes.UnknownValue, node, $"'{sample.Name}' requires '{required}', and there is no such sample.{Suggestion.Sentence(required, [.. _nodes.Keys])}", null);
            if (Needs(sample, file, []).Contains(sample.Name))
                reader.Note(Severity.Error, DiagnosticCodes.UnknownValue, node, $"'{sample.Name}' requires itself, by way of {string.Join(", ", sample.Requires)}.", "What is required is made first: take one of them out.");
            else
                Placeholders(node, sample, file);
        }

        private static HashSet<string> Needs(ConformanceSample sample, ConformanceFile file, HashSet<string> found)
        {
            foreach (var required in sample.Requires.Where(found.Add))
            {
                if (file.Samples.FirstOrDefault(other => other.Name == required) is { } next)
                    Needs(next, file, found);
            }

            return found;
        }

        private void Placeholders(int node, ConformanceSample? sample, ConformanceFile file)
        {
            if (Tree.KindOf(node) == JsonTokenType.String)
            {
                foreach (var (placeholder, _, _) in SamplePlaceholder.In(Tree.Text(node)))
                    Placeholder(node, placeholder, sample, file);
                return;
            }

            if (Tree.KindOf(node) is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                foreach (var child in Tree.Children(node))
                    Placeholders(child, sample, file);
            }
        }

        private void Placeholder(int node, SamplePlaceholder placeholder, ConformanceSample? sample, ConformanceFile file)
        {
            switch (placeholder)
            {
                case SamplePlaceholder.Variable { Name: var name }:
                    var position = Tree.PositionOf(node);
                    _variables.Add(new VariableUse(name, new Diagnostic
                    {
                        Code = DiagnosticCodes.MissingParameter,
                        Summary = $"The variable {name} has no value.",
                        Detail = $"Give it with --set {name}=VALUE, in the test class, or in the environment.",
                        Path = Tree.PathOf(node),
                        Line = position.Line,
                        Column = position.Column,
                    }));
                    break;
                case SamplePlaceholder.Other { Sample: var other } when sample is null:
                    Wrong(node, $"'{other}' is a sample, and the target is there before all samples.", null);
                    break;
                case SamplePlaceholder.Other { Sample: var other } when !Needs(sample, file, []).Contains(other):
                    Wrong(node, $"'{other}' is not there when '{sample.Name}' is made.{Suggestion.Sentence(other, [.. _nodes.Keys])}", $"Put it into the requires of '{sample.Name}'.");
                    break;
                case SamplePlaceholder.Unique when sample is null:
                    Wrong(node, "${UNIQUE} is new for each object, and all objects are on one target.", null);
                    break;
                case SamplePlaceholder.Unknown { Text: var text }:
                    Wrong(node, $"'${{{text}}}' is no placeholder.", "There are ${UNIQUE}, ${VARIABLE}, ${sample.Property} and ${sample#}.");
                    break;
            }
        }

        private void Wrong(int node, string summary, string? detail) => reader.Note(Severity.Error, DiagnosticCodes.InvalidPlaceholder, node, summary, detail);
    }
}
