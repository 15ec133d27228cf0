using System.Runtime.CompilerServices;

namespace Formae.Model;

/// <summary>The hints of a schema as a tree that is walked beside a value; elements of an array stand at their array's node.</summary>
public sealed class HintTree
{
    private static readonly FieldHint NoHint = new();
    private static readonly ConditionalWeakTable<ResourceSchema, HintTree> Trees = [];

    private readonly Dictionary<string, HintTree> _children = new(StringComparer.Ordinal);

    /// <summary>Nothing is known here, nor below.</summary>
    public static HintTree None { get; } = new();

    public FieldHint Hint { get; private set; } = NoHint;

    /// <summary>Whether the schema says anything about this very field.</summary>
    public bool IsHinted => !ReferenceEquals(Hint, NoHint);

    public IReadOnlyDictionary<string, HintTree> Children => _children;

    /// <summary>The same in the order of their names.</summary>
    public IReadOnlyList<KeyValuePair<string, HintTree>> Ordered { get; private set; } = [];

    /// <summary>Whether the provider fills in anything below, at any depth.</summary>
    public bool HasProviderDefaults { get; private set; }

    /// <summary>Whether anything below is sent again with every update.</summary>
    public bool HasRequiredOnUpdate { get; private set; }

    /// <summary>Whether this is a secret, or anything below is.</summary>
    public bool HasSecrets { get; private set; }

    /// <summary>Whether a child is an entity set.</summary>
    public bool HasEntitySets { get; private set; }

    /// <summary>Whether a child is an alternative of another one, or can be there only with a value of another field.</summary>
    public bool HasAlternatives { get; private set; }

    /// <summary>Whether anything below can be there only with a value of another field.</summary>
    public bool HasConditions { get; private set; }

    /// <summary>What <see cref="FieldHint.OnlyWhen"/> says, for whoever walks down to here; null where it says nothing, or nothing that makes sense.</summary>
    public Requirement? Requirement { get; private set; }

    /// <summary>At the root: the read-write fields, or null when the schema lists none.</summary>
    public IReadOnlySet<string>? Fields { get; private set; }

    public EdgeKind EdgeKind => Hint.EdgeKind != EdgeKind.Default ? Hint.EdgeKind : Hint.AttachesTo ? EdgeKind.AttachesTo : EdgeKind.Default;

    public bool IsJson => Hint.Format == "json";

    public static HintTree Of(ResourceSchema? schema) => schema is null ? None : Trees.GetValue(schema, Build);

    public HintTree Child(string name) => _children.Count > 0 && _children.TryGetValue(name, out var child) ? child : None;

    /// <summary>The node at a dotted path without indexes.</summary>
    public HintTree At(string path)
    {
        var node = this;
        foreach (var part in path.Split('.'))
            node = node.Child(part);
        return node;
    }

    private static HintTree Build(ResourceSchema schema)
    {
        var root = new HintTree { Fields = schema.Fields.Count == 0 ? null : schema.Fields.ToHashSet(StringComparer.Ordinal) };
        foreach (var (path, hint) in schema.Hints)
        {
            var node = root;
            foreach (var part in path.Split('.'))
            {
                if (!node._children.TryGetValue(part, out var child))
                    node._children.Add(part, child = new HintTree());
                node = child;
            }

            node.Hint = hint;
            node.Requirement = hint.OnlyWhen is { } condition ? Requirement.Of(path, condition) : null;
        }

        root.Finish();
        return root;
    }

    private void Finish()
    {
        HasSecrets = Hint.Opaque;
        Ordered = [.. _children.OrderBy(child => child.Key, StringComparer.Ordinal)];
        foreach (var child in _children.Values)
        {
            child.Finish();
            HasProviderDefaults |= child.Hint.HasProviderDefault || child.HasProviderDefaults;
            HasRequiredOnUpdate |= child.Hint.RequiredOnUpdate || child.HasRequiredOnUpdate;
            HasSecrets |= child.HasSecrets;
            HasEntitySets |= child.Hint.UpdateMethod == UpdateMethod.EntitySet;
            HasAlternatives |= child.Hint.OneOf is not null || child.Requirement is not null;
            HasConditions |= child.Requirement is not null || child.HasConditions;
        }
    }
}
