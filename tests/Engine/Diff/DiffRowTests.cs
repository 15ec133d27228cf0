using System.Text.Json;
using Formae.Engine.Diff;
using Formae.Model;
using static Formae.Engine.Tests.Diff.DiffExampleTests;

namespace Formae.Engine.Tests.Diff;

/// <summary>The rows of the acceptance list that the diff alone decides, and the table of examples line by line.</summary>
public sealed class DiffRowTests
{
    private const string Nothing = "";

    /// <summary>What it shows; the hint of X; actual; desired; the operations of a reconcile; those of a patch.</summary>
    public static TheoryData<string, FieldHint, string, string, string, string> Table => new()
    {
        { "F032 a set loses and gains", Hint(UpdateMethod.Set), """{"X":["a","b"]}""", """{"X":["b","c"]}""", """[-/X/0][+/X/1="c"]""", """[+/X/2="c"]""" },
        { "F032 a set in another order", Hint(UpdateMethod.Set), """{"X":["a","b"]}""", """{"X":["b","a"]}""", Nothing, Nothing },
        { "F032 no hint is a set", new FieldHint(), """{"X":["a","b"]}""", """{"X":["b","a","b"]}""", Nothing, Nothing },
        { "F033 an array in another order", Hint(UpdateMethod.Array), """{"X":["x","y"]}""", """{"X":["y","x"]}""", """[=/X/0="y"][=/X/1="x"]""", """[=/X/0="y"][=/X/1="x"]""" },
        { "F033 a shorter array", Hint(UpdateMethod.Array), """{"X":["x","y"]}""", """{"X":["x"]}""", "[-/X/1]", Nothing },
        { "F034 entities by key", Entities(), """{"X":[{"K":"e","V":1},{"K":"t","V":2}]}""", """{"X":[{"K":"e","V":9}]}""", "[-/X/1][=/X/0/V=9]", "[=/X/0/V=9]" },
        { "F034 a new entity", Entities(), """{"X":[{"K":"e","V":1}]}""", """{"X":[{"K":"n","V":2},{"K":"e","V":1}]}""", """[+/X/1={"K":"n","V":2}]""", """[+/X/1={"K":"n","V":2}]""" },
        { "F034 entities in another order", Entities(), """{"X":[{"K":"e","V":1},{"K":"t","V":2}]}""", """{"X":[{"V":2,"K":"t"},{"K":"e","V":1}]}""", Nothing, Nothing },
        { "F034 entities that nobody mentions", Entities(), """{"X":[{"K":"e","V":1}]}""", "{}", "[-/X]", Nothing },
        { "F035 an atomic object", Hint(UpdateMethod.Atomic), """{"X":{"a":1,"b":2}}""", """{"X":{"a":1,"b":3}}""", """[=/X={"a":1,"b":3}]""", """[=/X={"a":1,"b":3}]""" },
        { "keys of an object stay", new FieldHint(), """{"X":{"a":1,"b":2}}""", """{"X":{"a":1}}""", Nothing, Nothing },
        { "F030 declared empty", new FieldHint(), """{"X":["a"]}""", """{"X":[]}""", "[-/X/0]", Nothing },
        { "F030 left out", new FieldHint(), """{"X":["a"]}""", "{}", Nothing, Nothing },
        { "F030 a set left out", Hint(UpdateMethod.Set), """{"X":["a"]}""", "{}", Nothing, Nothing },
        { "F030 an array left out", Hint(UpdateMethod.Array), """{"X":["a"]}""", "{}", Nothing, Nothing },
        { "F030 empty inside of an object", new FieldHint(), """{"X":{"L":["a"],"M":1}}""", """{"X":{"L":[]}}""", "[-/X/L/0]", Nothing },
        { "F031 absent and null", new FieldHint(), "{}", """{"X":null}""", Nothing, Nothing },
        { "F031 null and an empty list", new FieldHint(), """{"X":null}""", """{"X":[]}""", Nothing, Nothing },
        { "F031 an empty list and an empty object", new FieldHint(), """{"X":[]}""", """{"X":{}}""", Nothing, Nothing },
        { "F031 empties inside of elements", Hint(UpdateMethod.Set), """{"X":[{"a":1,"b":null,"c":[]}]}""", """{"X":[{"a":1,"d":{}}]}""", Nothing, Nothing },
        { "F031 empties inside of an atomic object", Hint(UpdateMethod.Atomic), """{"X":{"a":1,"b":{}}}""", """{"X":{"a":1,"c":null}}""", Nothing, Nothing },
        { "an empty text is no opinion", new FieldHint(), """{"X":"a"}""", """{"X":""}""", Nothing, Nothing },
        { "an empty text in an envelope is no opinion", new FieldHint { Opaque = true }, """{"X":{"$value":"00","$visibility":"Opaque","$hashed":true}}""", """{"X":{"$value":"","$visibility":"Opaque"}}""", Nothing, Nothing },
        { "an empty text inside of an element is no opinion", Hint(UpdateMethod.Set), """{"X":[{"a":1}]}""", """{"X":[{"a":1,"b":""}]}""", Nothing, Nothing },
        { "an empty text inside of an atomic object is no opinion", Hint(UpdateMethod.Atomic), """{"X":{"a":1}}""", """{"X":{"a":1,"b":""}}""", Nothing, Nothing },
        { "F036 a text becomes a number", new FieldHint(), """{"X":"1"}""", """{"X":1}""", "[=/X=1]", "[=/X=1]" },
        { "F036 an object becomes a list", new FieldHint(), """{"X":{"a":1}}""", """{"X":["a"]}""", """[=/X=["a"]]""", """[=/X=["a"]]""" },
        { "F036 null becomes a value", new FieldHint(), """{"X":null}""", """{"X":{"a":1}}""", """[=/X={"a":1}]""", """[=/X={"a":1}]""" },
        { "F037 JSON in another format", new FieldHint { Format = "json" }, """{"X":"{\"a\":1,\"b\":2}"}""", """{"X":"{ \"b\":2, \"a\":1 }"}""", Nothing, Nothing },
        { "F037 JSON with other numbers as written", new FieldHint { Format = "json" }, """{"X":"{\"a\":1.0}"}""", """{"X":"{\"a\":1}"}""", """[=/X="{\"a\":1}"]""", """[=/X="{\"a\":1}"]""" },
        { "F028 a provider default", new FieldHint { HasProviderDefault = true }, """{"X":5}""", "{}", Nothing, Nothing },
        { "F028 a provider default that is declared", new FieldHint { HasProviderDefault = true }, """{"X":5}""", """{"X":6}""", "[=/X=6]", "[=/X=6]" },
        { "F029 entities of the provider", Entities() with { HasProviderDefault = true }, """{"X":[{"K":"p"},{"K":"e","V":1}]}""", """{"X":[{"K":"e","V":2}]}""", "[=/X/1/V=2]", "[=/X/1/V=2]" },
        { "F029 only entities of the provider", Entities() with { HasProviderDefault = true }, """{"X":[{"K":"p"}]}""", "{}", Nothing, Nothing },
        { "F038 a write-only field as it was", new FieldHint { WriteOnly = true }, """{"X":"v"}""", """{"X":"v"}""", Nothing, Nothing },
        { "F038 a write-only field that changes", new FieldHint { WriteOnly = true }, """{"X":"v"}""", """{"X":"w"}""", """[=/X="w"]""", """[=/X="w"]""" },
        { "write-only and create-only", new FieldHint { WriteOnly = true, CreateOnly = true }, """{"X":"v"}""", """{"X":"w"}""", Nothing, Nothing },
        { "a reference in whose place something else was found", new FieldHint(), """{"X":{"$ref":"URI","$value":"other"}}""", """{"X":{"$ref":"URI"}}""", """[=/X={"$ref":"URI"}]""", """[=/X={"$ref":"URI"}]""" },
        { "such a reference in a set", Hint(UpdateMethod.Set), """{"X":[{"$ref":"URI","$value":"other"}]}""", """{"X":[{"$ref":"URI"}]}""", """[-/X/0][+/X/0={"$ref":"URI"}]""", """[+/X/1={"$ref":"URI"}]""" },
        { "a withheld secret in an array", Hint(UpdateMethod.Array), """{"X":[{"$value":"00","$visibility":"Opaque","$hashed":true}]}""", """{"X":[{"$opaque":"preserved"}]}""", Nothing, Nothing },
    };

    [Theory, MemberData(nameof(Table))]
    public void The_table_of_examples(string what, FieldHint hint, string actual, string desired, string reconcile, string patch)
    {
        Assert.NotEmpty(what);
        var schema = Schema(("X", hint));
        (actual, desired, reconcile, patch) = (WithUri(actual), WithUri(desired), WithUri(reconcile), WithUri(patch));
        Assert.Equal(reconcile, Told(PropertyDiff.Between(Json(actual), Json(desired), schema, DiffMode.Exact)));
        Assert.Equal(patch, Told(PropertyDiff.Between(Json(actual), Json(desired), schema, DiffMode.EnsureExists)));
    }

    [Fact]
    public void F016_a_value_that_is_set_once_stays() => Assert.Equal(
        """{"X":{"$value":"first","$strategy":"SetOnce"},"Y":"plain","Z":3}""",
        Frozen("""{"X":{"$value":"first","$strategy":"SetOnce"},"Y":"plain"}""", """{"X":"second","Y":{"$value":"other","$strategy":"SetOnce"},"Z":3}"""));

    [Fact]
    public void F017_each_tag_that_is_set_once_stays_and_the_others_change() => Assert.Equal(
        """{"Tags":[{"Key":"env","Value":"prod"},{"Key":"made","Value":{"$value":"1","$strategy":"SetOnce"}}]}""",
        Frozen(
            """{"Tags":[{"Key":"made","Value":{"$value":"1","$strategy":"SetOnce"}},{"Key":"env","Value":"dev"}]}""",
            """{"Tags":[{"Key":"env","Value":"prod"},{"Key":"made","Value":{"$value":"2","$strategy":"SetOnce"}}]}"""));

    [Fact]
    public void F017_a_member_of_a_set_keeps_what_is_set_once_wherever_it_stands()
    {
        const string stored = """{"X":["a",{"n":1,"made":{"$value":"then","$strategy":"SetOnce"}},{"n":2}]}""";

        Assert.Equal(
            """{"X":["c",{"n":2},{"n":1,"made":{"$value":"then","$strategy":"SetOnce"}}]}""",
            Frozen(stored, """{"X":["c",{"n":2},{"made":{"$value":"now","$strategy":"SetOnce"},"n":1}]}"""));
    }

    [Fact]
    public void F027_a_field_that_every_update_needs_is_added_to_every_patch_and_makes_none()
    {
        var schema = Schema(("X", null), ("R", new FieldHint { RequiredOnUpdate = true }), ("O", null), ("O.R", new FieldHint { RequiredOnUpdate = true }));

        Assert.Equal(Nothing, Between("""{"X":1,"R":"r"}""", """{"X":1,"R":"r"}""", schema));
        Assert.Equal("""[=/X=2][+/O/R=1][+/R="r"]""", Between("""{"X":1,"R":"r","O":{"R":1,"S":2}}""", """{"X":2,"R":"r","O":{"R":1}}""", schema));
        Assert.Equal("""[=/X=2]""", Between("""{"X":1,"R":"r"}""", """{"X":2}""", schema));
    }

    [Fact]
    public void F027_what_nobody_mentioned_stays_in_a_field_that_every_update_needs()
    {
        var schema = Schema(("X", null), ("R", new FieldHint { RequiredOnUpdate = true }), ("R.S", new FieldHint { Opaque = true }), ("L", new FieldHint { RequiredOnUpdate = true }));
        var stored = $$$"""{"X":1,"R":{"a":1,"b":2,"S":{"$value":"{{{SecretValues.Digest(Json("\"s\""))}}}","$visibility":"Opaque","$hashed":true}},"L":["a"]}""";
        var diff = PropertyDiff.Between(Json(stored), Json("""{"X":1,"R":{"a":3,"S":"s"},"L":["b"]}"""), schema, DiffMode.EnsureExists);

        Assert.Equal("""[+/L=["a","b"]][+/R={"a":3,"b":2,"S":{"$opaque":"redacted"}}]""", Told(diff));
        Assert.Contains("""{"a":3,"b":2,"S":"s"}""", diff.Patch(PatchValues.Plugin).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void F029_a_provider_default_inside_of_elements_counts_only_where_it_is_declared()
    {
        var schema = Schema(("X", Hint(UpdateMethod.Set)), ("X.D", new FieldHint { HasProviderDefault = true }), ("X.O.D", new FieldHint { HasProviderDefault = true }));

        Assert.Equal(Nothing, Between("""{"X":[{"A":1,"D":5},{"A":2,"D":6}]}""", """{"X":[{"A":2,"D":6},{"A":1}]}""", schema));
        Assert.Equal(Nothing, Between("""{"X":[{"A":1,"O":{"D":5,"E":1}},{"A":2,"O":{"D":6}}]}""", """{"X":[{"A":1,"O":{"E":1}},{"A":2}]}""", schema));
        Assert.Equal("""[-/X/0][+/X/0={"A":1,"D":6}]""", Between("""{"X":[{"A":1,"D":5}]}""", """{"X":[{"A":1,"D":6}]}""", schema));
    }

    [Fact]
    public void F029_a_provider_default_inside_of_an_atomic_object_is_no_change()
    {
        var schema = Schema(("X", Hint(UpdateMethod.Atomic)), ("X.D", new FieldHint { HasProviderDefault = true }));

        Assert.Equal(Nothing, Between("""{"X":{"A":1,"D":5}}""", """{"X":{"A":1}}""", schema));
        Assert.Equal("""[=/X={"A":2}]""", Between("""{"X":{"A":1,"D":5}}""", """{"X":{"A":2}}""", schema));
    }

    [Fact]
    public void F029_an_empty_text_leaves_a_provider_default_out() => Assert.Equal(
        Nothing, Between("""{"X":[{"A":1,"D":5}]}""", """{"X":[{"A":1,"D":""}]}""", Schema(("X", Hint(UpdateMethod.Set)), ("X.D", new FieldHint { HasProviderDefault = true }))));

    [Fact]
    public void F029_a_provider_default_of_an_entity_is_no_change()
    {
        var schema = Schema(("X", Entities()), ("X.D", new FieldHint { HasProviderDefault = true }));

        Assert.Equal(Nothing, Between("""{"X":[{"K":"e","D":5}]}""", """{"X":[{"K":"e"}]}""", schema));
    }

    [Fact]
    public void F039_a_change_of_a_create_only_field_needs_a_replace_and_says_what_forces_it()
    {
        var diff = PropertyDiff.Between(Json("""{"N":"x","X":1}"""), Json("""{"N":"y","X":2}"""), Schema(("N", new FieldHint { CreateOnly = true }), ("X", null)), DiffMode.Exact);

        Assert.True(diff.NeedsReplace);
        Assert.Equal("""[{"op":"replace","path":"/N","value":"y"}]""", diff.CreateOnlyPatch(PatchValues.Preview).GetRawText());
    }

    [Theory]
    [InlineData("""{"A":{"B":2,"C":1}}""", true)]
    [InlineData("""{"A":{"B":1,"C":2}}""", false)]
    [InlineData("""{"A":{"C":2}}""", false)]
    public void F040_only_a_change_below_the_create_only_hint_needs_a_replace(string desired, bool isReplace)
    {
        var diff = PropertyDiff.Between(Json("""{"A":{"B":1,"C":1}}"""), Json(desired), Schema(("A", null), ("A.B", new FieldHint { CreateOnly = true })), DiffMode.Exact);

        Assert.Equal((false, isReplace), (diff.IsEmpty, diff.NeedsReplace));
    }

    [Fact]
    public void F040_a_write_only_field_below_a_create_only_one_is_no_reason_for_a_replace() =>
        Assert.Equal(Nothing, Between("""{"A":{"B":1}}""", """{"A":{"B":1,"S":"s"}}""", Schema(("A", new FieldHint { CreateOnly = true }), ("A.S", new FieldHint { WriteOnly = true }))));

    [Fact]
    public void F041_what_is_no_field_of_the_schema_is_dropped_from_what_is_declared() =>
        Assert.Equal("[=/X=2]", Between("""{"X":1}""", """{"X":2,"Other":1}""", Schema(("X", null))));

    private static string Between(string actual, string desired, ResourceSchema schema) => Told(PropertyDiff.Between(Json(actual), Json(desired), schema, DiffMode.Exact));

    private static string Frozen(string stored, string desired) => SetOnceFreeze.Apply(Json(desired), Json(stored), null).GetRawText();

    private static string WithUri(string text) => text.Replace("URI", "formae://000000000000000000000000000#/Id", StringComparison.Ordinal);
}
