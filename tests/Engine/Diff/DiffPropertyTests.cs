using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Formae.Engine.Diff;
using Formae.Model;

namespace Formae.Engine.Tests.Diff;

public sealed class DiffPropertyTests
{
    private static readonly ResourceSchema Schema = new()
    {
        Fields = ["Scalar", "Set", "Bag", "Sequence", "Entities", "Object", "Atomic", "Json", "Default"],
        Hints = new Dictionary<string, FieldHint>
        {
            ["Set"] = DiffExampleTests.Hint(UpdateMethod.Set),
            ["Sequence"] = DiffExampleTests.Hint(UpdateMethod.Array),
            ["Entities"] = DiffExampleTests.Entities(),
            ["Entities.V"] = DiffExampleTests.Hint(UpdateMethod.Array),
            ["Object.Inner"] = DiffExampleTests.Entities(),
            ["Object.List"] = DiffExampleTests.Hint(UpdateMethod.Array),
            ["Atomic"] = DiffExampleTests.Hint(UpdateMethod.Atomic),
            ["Json"] = new() { Format = "json" },
            ["Default"] = new() { HasProviderDefault = true },
        },
    };

    private static readonly Gen<string> Small = Gen.Elements("0", "1", "2", "\"a\"", "\"b\"", "true", "1.0");
    private static readonly Gen<string> Element = Gen.Frequency((4, Small), (1, from a in Small from b in Small select $$"""{"a":{{a}},"b":{{b}}}"""));
    private static readonly Gen<string> Array = List(Element, 5);

    private static readonly Gen<string> EntityList =
        from keys in Gen.Shuffle(new[] { "k1", "k2", "k3", "k4" })
        from count in Gen.Choose(0, 4)
        let order = keys.Take(count).ToArray()
        from values in List(Small, 2).ArrayOf(order.Length)
        select $"[{string.Join(',', order.Select((key, index) => $$"""{"K":"{{key}}","V":{{values[index]}}}"""))}]";

    private static readonly Gen<string> Properties =
        from scalar in Optional("Scalar", Small)
        from set in Optional("Set", Array)
        from bag in Optional("Bag", Array)
        from sequence in Optional("Sequence", Array)
        from entities in Optional("Entities", EntityList)
        from inner in Optional("Inner", EntityList)
        from list in Optional("List", Array)
        from atomic in Optional("Atomic", from a in Small from b in Array select $$"""{"a":{{a}},"b":{{b}}}""")
        from json in Optional("Json", Gen.Elements("""
            "{\"a\":1,\"b\":2}"
            """, """
            "{\"b\":2,\"a\":1}"
            """, "\"{}\""))
        from number in Optional("Default", Small)
        from order in Gen.Shuffle(new[] { scalar, set, bag, sequence, entities, $"\"Object\":{{{Join(inner, list)}}}", atomic, json, number })
        select $"{{{Join(order)}}}";

    private static readonly Arbitrary<(string Actual, string Desired)> Pairs = Arb.From(from actual in Properties from desired in Properties select (actual, desired));

    public static TheoryData<DiffMode> Modes => [DiffMode.Exact, DiffMode.EnsureExists];

    [Theory, MemberData(nameof(Modes))]
    public void Applying_the_patch_leads_to_what_is_desired(DiffMode mode) => Prop.ForAll(Pairs, pair =>
    {
        var (actual, desired) = (Json(pair.Actual), Json(pair.Desired));
        var after = JsonPatch.Apply(actual, PropertyDiff.Between(actual, desired, Schema, mode).Patch(PatchValues.Plugin));
        return Holds(after, desired, HintTree.Of(Schema), mode).Label(after.GetRawText());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Theory, MemberData(nameof(Modes))]
    public void A_second_diff_is_empty(DiffMode mode) => Prop.ForAll(Pairs, pair =>
    {
        var (actual, desired) = (Json(pair.Actual), Json(pair.Desired));
        var after = JsonPatch.Apply(actual, PropertyDiff.Between(actual, desired, Schema, mode).Patch(PatchValues.Stored));
        var again = PropertyDiff.Between(after, desired, Schema, mode);
        return again.IsEmpty.Label(again.Patch(PatchValues.Stored).GetRawText());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Theory, MemberData(nameof(Modes))]
    public void What_nobody_mentioned_stays(DiffMode mode) => Prop.ForAll(Pairs, pair =>
    {
        var (actual, desired) = (Json(pair.Actual), Json(pair.Desired));
        var after = JsonPatch.Apply(actual, PropertyDiff.Between(actual, desired, Schema, mode).Patch(PatchValues.Stored));
        return actual.EnumerateObject().Where(property => !desired.TryGetProperty(property.Name, out _))
            .All(property => (mode == DiffMode.Exact && property.Name == "Entities") || (after.TryGetProperty(property.Name, out var left) && JsonElement.DeepEquals(left, property.Value)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void The_order_of_sets_entities_and_keys_never_matters() =>
        Prop.ForAll(Arb.From(from properties in Properties from seed in Gen.Choose(0, int.MaxValue) select (properties, seed)), pair =>
        {
            var stored = Json(pair.properties);
            var shuffled = Shuffle(stored, HintTree.Of(Schema), new System.Random(pair.seed));
            var diff = PropertyDiff.Between(stored, shuffled, Schema, DiffMode.Exact);
            return (diff.IsEmpty && PropertyComparison.Equal(stored, shuffled, Schema)).Label(diff.Patch(PatchValues.Stored).GetRawText());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Equal_properties_differ_in_nothing_and_the_other_way_round() => Prop.ForAll(Pairs, pair =>
    {
        var (left, right) = (Json(pair.Actual), Json(pair.Desired));
        var same = PropertyComparison.Equal(left, right, Schema);
        var reflexive = PropertyComparison.Equal(left, left, Schema) && same == PropertyComparison.Equal(right, left, Schema);
        return reflexive && (!same || PropertyDiff.Between(left, right, Schema, DiffMode.Exact).IsEmpty);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    // An oracle that shares nothing with the diff but the meaning of the hints.
    private static bool Holds(JsonElement actual, JsonElement desired, HintTree hints, DiffMode mode)
    {
        var method = hints.Hint.UpdateMethod;
        switch (desired.ValueKind)
        {
            case JsonValueKind.Object when method == UpdateMethod.Atomic:
                return Alike(actual, desired);
            case JsonValueKind.Object:
                return actual.ValueKind == JsonValueKind.Object && desired.EnumerateObject().All(property =>
                    actual.TryGetProperty(property.Name, out var value) ? Holds(value, property.Value, hints.Child(property.Name), mode) : IsNothing(property.Value));
            case JsonValueKind.Array:
                var have = actual.EnumerateArray().ToList();
                var want = desired.EnumerateArray().ToList();
                return method switch
                {
                    UpdateMethod.Array => mode == DiffMode.Exact
                        ? have.Count == want.Count && have.Zip(want).All(pair => Holds(pair.First, pair.Second, HintTree.None, mode))
                        : want.All(element => have.Any(other => Holds(other, element, HintTree.None, mode))) && have.Count >= want.Count,
                    UpdateMethod.EntitySet => (mode == DiffMode.EnsureExists || have.Count == want.Count)
                        && want.All(element => have.Any(other => Alike(other.GetProperty("K"), element.GetProperty("K")) && Holds(other, element, hints, mode))),
                    _ => want.All(element => have.Any(other => Alike(other, element))) && (mode == DiffMode.EnsureExists || have.All(other => want.Any(element => Alike(other, element)))),
                };
            case JsonValueKind.String when hints.IsJson:
                return JsonElement.DeepEquals(Json(actual.GetString()!), Json(desired.GetString()!));
            default:
                return Alike(actual, desired);
        }
    }

    private static bool Alike(JsonElement left, JsonElement right)
    {
        if (left.ValueKind == JsonValueKind.Object && right.ValueKind == JsonValueKind.Object)
            return left.EnumerateObject().Concat(right.EnumerateObject()).All(property => Member(left, property.Name) is var one && Member(right, property.Name) is var other && (IsNothing(one) ? IsNothing(other) : Alike(one, other)));
        if (left.ValueKind == JsonValueKind.Array && right.ValueKind == JsonValueKind.Array)
            return left.EnumerateArray().All(one => right.EnumerateArray().Any(other => Alike(one, other))) && right.EnumerateArray().All(one => left.EnumerateArray().Any(other => Alike(one, other)));
        return left.ValueKind == right.ValueKind && JsonElement.DeepEquals(left, right);
    }

    private static JsonElement Member(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? member : default;

    private static bool IsNothing(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0) || (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(property => IsNothing(property.Value)));

    private static JsonElement Shuffle(JsonElement value, HintTree hints, System.Random random) => Json(Text(value, hints, random));

    private static string Text(JsonElement value, HintTree hints, System.Random random)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = value.EnumerateObject().Select(property => $"\"{property.Name}\":{Text(property.Value, hints.Child(property.Name), random)}").ToArray();
                random.Shuffle(members);
                return $"{{{string.Join(',', members)}}}";
            case JsonValueKind.Array:
                var elements = value.EnumerateArray().Select(element => Text(element, hints, random)).ToArray();
                if (hints.Hint.UpdateMethod != UpdateMethod.Array)
                    random.Shuffle(elements);
                return $"[{string.Join(',', elements)}]";
            default:
                return value.GetRawText();
        }
    }

    private static Gen<string> List(Gen<string> element, int max) =>
        from count in Gen.Choose(0, max) from elements in element.ArrayOf(count) select $"[{string.Join(',', elements)}]";

    private static Gen<string> Optional(string name, Gen<string> value) => Gen.Frequency((3, value.Select(text => $"\"{name}\":{text.Trim()}")), (1, Gen.Constant("")));

    private static string Join(params string[] members) => string.Join(',', members.Where(member => member.Length > 0));

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
