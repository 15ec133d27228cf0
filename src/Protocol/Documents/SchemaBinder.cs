using System.Text.Json;
using Formae.Model;

namespace Formae.Protocol.Documents;

/// <summary>Schemas that a document carries. Resources of one type nearly always carry the same text, which is bound once.</summary>
internal sealed class SchemaBinder(NodeReader read)
{
    private static readonly string[] SchemaKeys = ["Identifier", "Fields", "Hints", "Discoverable", "Extractable", "Portable", "Parent", "ParentMappings", "Notice"];

    private static readonly string[] HintKeys =
    [
        "CreateOnly", "WriteOnly", "Required", "RequiredOnCreate", "RequiredOnUpdate", "HasProviderDefault", "Opaque", "EdgeKind", "AttachesTo", "UpdateMethod", "IndexField",
        "Format", "Type", "ItemType", "OneOf", "OnlyWhen",
    ];

    private readonly Dictionary<int, List<(int Node, ResourceSchema Schema)>> _bound = [];

    public ResourceSchema? Resource(int node)
    {
        if (read.IsNull(node) || !read.IsObject(node, "Schema"))
            return null;
        var raw = read.Tree.Raw(node);
        var hash = new HashCode();
        hash.AddBytes(raw);
        if (!_bound.TryGetValue(hash.ToHashCode(), out var alike))
            _bound.Add(hash.ToHashCode(), alike = []);
        foreach (var (other, known) in alike)
        {
            if (read.Tree.Raw(other).SequenceEqual(raw))
                return known;
        }

        var schema = Schema(node);
        alike.Add((node, schema));
        return schema;
    }

    public ConfigSchema? Config(int node)
    {
        if (read.IsNull(node) || !read.IsObject(node, "ConfigSchema"))
            return null;
        var hints = new Dictionary<string, ConfigHint>(StringComparer.Ordinal);
        foreach (var member in read.Members(node))
        {
            if (read.Tree.Key(member) != "Hints")
            {
                read.Unknown(member, ["Hints"], 0);
                continue;
            }

            if (read.IsNull(member) || !read.IsObject(member, "Hints"))
                continue;
            foreach (var field in read.Members(member))
            {
                if (!read.IsObject(field, "A hint"))
                    continue;
                var hint = new ConfigHint();
                foreach (var part in read.Members(field))
                    hint = read.Tree.Key(part) == "CreateOnly" ? hint with { CreateOnly = read.Flag(part) ?? false } : read.Unknown(part, ["CreateOnly"], hint);
                hints[read.Tree.Key(field)] = hint;
            }
        }

        return new ConfigSchema { Hints = hints };
    }

    private ResourceSchema Schema(int node)
    {
        var schema = new ResourceSchema();
        foreach (var member in read.Members(node))
        {
            schema = read.Tree.Key(member) switch
            {
                "Identifier" => schema with { Identifier = read.Text(member) ?? "" },
                "Fields" => schema with { Fields = read.List(member, "Fields", Name) },
                "Hints" => schema with { Hints = Hints(member) },
                "Discoverable" => schema with { Discoverable = read.Flag(member) ?? true },
                "Extractable" => schema with { Extractable = read.Flag(member) ?? true },
                "Portable" => schema with { Portable = read.Flag(member) ?? false },
                "Parent" => schema with { Parent = read.Text(member) ?? "" },
                "ParentMappings" => schema with { ParentMappings = read.IsNull(member) ? null : read.List(member, "ParentMappings", Mapping) },
                "Notice" => schema with { Notice = read.Text(member) },
                _ => read.Unknown(member, SchemaKeys, schema),
            };
        }

        return schema;
    }

    private string Name(int node)
    {
        if (read.Tree.KindOf(node) == JsonTokenType.String)
            return read.Tree.Text(node);
        read.Note(Severity.Error, DiagnosticCodes.WrongType, node, $"A field's name must be a text; it is {read.NameOf(node)}.", null);
        return "";
    }

    private ParentMapping Mapping(int node)
    {
        var mapping = new ParentMapping();
        if (!read.IsObject(node, "A parent mapping"))
            return mapping;
        foreach (var member in read.Members(node))
        {
            mapping = read.Tree.Key(member) switch
            {
                "parentProperty" => mapping with { ParentProperty = read.Text(member) ?? "" },
                "childProperty" => mapping with { ChildProperty = read.Text(member) ?? "" },
                _ => read.Unknown(member, ["parentProperty", "childProperty"], mapping),
            };
        }

        return mapping;
    }

    private Dictionary<string, FieldHint> Hints(int node)
    {
        var hints = new Dictionary<string, FieldHint>(StringComparer.Ordinal);
        if (read.IsNull(node) || !read.IsObject(node, "Hints"))
            return hints;
        foreach (var member in read.Members(node))
        {
            if (read.IsObject(member, "A hint"))
                hints[read.Tree.Key(member)] = Hint(member);
        }

        return hints;
    }

    private FieldCondition? Condition(int node)
    {
        if (read.IsNull(node) || !read.IsObject(node, "OnlyWhen"))
            return null;
        var condition = new FieldCondition();
        foreach (var member in read.Members(node))
        {
            condition = read.Tree.Key(member) switch
            {
                "Field" => condition with { Field = read.Text(member) ?? "" },
                "Value" => condition with { Value = read.Text(member) ?? "" },
                _ => read.Unknown(member, ["Field", "Value"], condition),
            };
        }

        return condition;
    }

    private FieldHint Hint(int node)
    {
        var hint = new FieldHint();
        foreach (var member in read.Members(node))
        {
            hint = read.Tree.Key(member) switch
            {
                "CreateOnly" => hint with { CreateOnly = read.Flag(member) ?? false },
                "WriteOnly" => hint with { WriteOnly = read.Flag(member) ?? false },
                "Required" => hint with { Required = read.Flag(member) ?? false },
                "RequiredOnCreate" => hint with { RequiredOnCreate = read.Flag(member) ?? false },
                "RequiredOnUpdate" => hint with { RequiredOnUpdate = read.Flag(member) ?? false },
                "HasProviderDefault" => hint with { HasProviderDefault = read.Flag(member) ?? false },
                "Opaque" => hint with { Opaque = read.Flag(member) ?? false },
                "AttachesTo" => hint with { AttachesTo = read.Flag(member) ?? false },
                "IndexField" => hint with { IndexField = read.Text(member) },
                "Format" => hint with { Format = read.Text(member) },
                "Type" => hint with { Type = read.Text(member) },
                "ItemType" => hint with { ItemType = read.Text(member) },
                "OneOf" => hint with { OneOf = read.Text(member) },
                "OnlyWhen" => hint with { OnlyWhen = Condition(member) },
                "EdgeKind" => hint with
                {
                    EdgeKind = read.OneOf(member, ["", "default", "attachesTo", "runtimeDependency"]) switch
                    {
                        "attachesTo" => EdgeKind.AttachesTo,
                        "runtimeDependency" => EdgeKind.RuntimeDependency,
                        _ => EdgeKind.Default,
                    },
                },
                "UpdateMethod" => hint with
                {
                    UpdateMethod = Enum.TryParse<UpdateMethod>(read.OneOf(member, ["", "Array", "Set", "EntitySet", "Atomic"]), out var method) ? method : UpdateMethod.None,
                },
                _ => read.Unknown(member, HintKeys, hint),
            };
        }

        return hint;
    }
}
