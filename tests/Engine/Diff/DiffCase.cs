using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Formae.Model;

namespace Formae.Engine.Tests.Diff;

internal enum FieldKind
{
    Scalar,
    JsonText,
    Secret,
    Object,
    Atomic,
    List,
    Set,
    Array,
    Entities,
}

/// <summary>A field of a made-up type. What is below a list is a field of each element.</summary>
internal sealed record Field(string Name, FieldKind Kind, FieldHint Flags, IReadOnlyList<Field> Fields)
{
    public bool IsList => Kind is FieldKind.List or FieldKind.Set or FieldKind.Array or FieldKind.Entities;

    public Field? Find(string name) => Fields.FirstOrDefault(field => field.Name == name);

    public FieldHint Hint => Flags with
    {
        Opaque = Kind == FieldKind.Secret,
        Format = Kind == FieldKind.JsonText ? "json" : null,
        IndexField = Kind == FieldKind.Entities ? "K" : null,
        UpdateMethod = Kind switch
        {
            FieldKind.Atomic => UpdateMethod.Atomic,
            FieldKind.Set => UpdateMethod.Set,
            FieldKind.Array => UpdateMethod.Array,
            FieldKind.Entities => UpdateMethod.EntitySet,
            _ => UpdateMethod.None,
        },
    };

    public override string ToString() =>
        $"{Name}:{Kind}{string.Concat(Marks().Select(mark => " " + mark))}{(Fields.Count == 0 ? "" : $"({string.Join(", ", Fields)})")}";

    private IEnumerable<string> Marks()
    {
        if (Flags.CreateOnly)
            yield return "create-only";
        if (Flags.WriteOnly)
            yield return "write-only";
        if (Flags.RequiredOnUpdate)
            yield return "required-on-update";
        if (Flags.HasProviderDefault)
            yield return "provider-default";
    }
}

/// <summary>A type, what is stored of a resource of it (secrets hashed), and what a document says.</summary>
internal sealed record DiffCase(IReadOnlyList<Field> Fields, JsonObject Actual, JsonObject Desired)
{
    public const string PlainSecret = "plain-secret-";

    public Field Root => new("", FieldKind.Object, new FieldHint(), Fields);

    public JsonElement Stored => JsonElement.Parse(Actual.ToJsonString());

    public JsonElement Declared => JsonElement.Parse(Desired.ToJsonString());

    public ResourceSchema Schema => SchemaOf(Fields);

    public override string ToString() => $"{Environment.NewLine}fields:  {string.Join(", ", Fields)}{Environment.NewLine}actual:  {Actual.ToJsonString()}{Environment.NewLine}desired: {Desired.ToJsonString()}";

    public static Arbitrary<DiffCase> Any { get; } = Arb.From(
        from seed in Gen.Choose(0, int.MaxValue) from size in Gen.Choose(1, 5) select new DiffCases(new System.Random(seed)).Next(size), Shrink);

    private static ResourceSchema SchemaOf(IReadOnlyList<Field> fields)
    {
        var hints = new Dictionary<string, FieldHint>();
        Add(fields, "");
        return new ResourceSchema { Fields = [.. fields.Select(field => field.Name)], Hints = hints };

        void Add(IReadOnlyList<Field> below, string prefix)
        {
            foreach (var field in below)
            {
                hints[prefix + field.Name] = field.Hint;
                Add(field.Fields, prefix + field.Name + ".");
            }
        }
    }

    /// <summary>Everything that is a little less: a field less, a member less, a flag less.</summary>
    private static IEnumerable<DiffCase> Shrink(DiffCase failing)
    {
        // A type without any field is one that nothing is known of.
        foreach (var field in failing.Fields.Where(_ => failing.Fields.Count > 1))
        {
            var (actual, desired) = ((JsonObject)failing.Actual.DeepClone(), (JsonObject)failing.Desired.DeepClone());
            _ = actual.Remove(field.Name);
            _ = desired.Remove(field.Name);
            yield return new DiffCase([.. failing.Fields.Where(other => other != field)], actual, desired);
            if (field.Flags != new FieldHint())
                yield return failing with { Fields = [.. failing.Fields.Select(other => other == field ? field with { Flags = new FieldHint() } : other)] };
        }

        foreach (var less in Less(failing.Actual))
            yield return failing with { Actual = (JsonObject)less };
        foreach (var less in Less(failing.Desired))
            yield return failing with { Desired = (JsonObject)less };
    }

    private static IEnumerable<JsonNode> Less(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject value when !value.ContainsKey("$value"):
                foreach (var (name, child) in value)
                {
                    if (name == "K")
                        continue;
                    var without = (JsonObject)value.DeepClone();
                    without.Remove(name);
                    yield return without;
                    foreach (var less in Less(child))
                    {
                        var smaller = (JsonObject)value.DeepClone();
                        smaller[name] = less;
                        yield return smaller;
                    }
                }

                break;
            case JsonArray value:
                for (var i = 0; i < value.Count; i++)
                {
                    var without = (JsonArray)value.DeepClone();
                    without.RemoveAt(i);
                    yield return without;
                    foreach (var less in Less(value[i]))
                    {
                        var smaller = (JsonArray)value.DeepClone();
                        smaller[i] = less;
                        yield return smaller;
                    }
                }

                break;
        }
    }
}
