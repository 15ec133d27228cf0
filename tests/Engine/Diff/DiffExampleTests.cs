using System.Text.Json;
using Formae.Engine.Diff;
using Formae.Model;

namespace Formae.Engine.Tests.Diff;

public sealed class DiffExampleTests
{
    private static readonly string Digest = SecretValues.Digest(JsonElement.Parse("\"secret\""));

    public static TheoryData<string, FieldHint?, string, string, string, string> Rows => new()
    {
        // What it shows, the hint of X, actual, desired, operations of reconcile, operations of patch.
        { "a set loses and gains", Hint(UpdateMethod.Set), """{"X":["a","b"]}""", """{"X":["b","c"]}""", """[-/X/0][+/X/1="c"]""", """[+/X/2="c"]""" },
        { "a set in another order", Hint(UpdateMethod.Set), """{"X":["a","b"]}""", """{"X":["b","a"]}""", "", "" },
        { "an array in another order", Hint(UpdateMethod.Array), """{"X":["x","y"]}""", """{"X":["y","x"]}""", """[=/X/0="y"][=/X/1="x"]""", """[=/X/0="y"][=/X/1="x"]""" },
        { "a shorter array", Hint(UpdateMethod.Array), """{"X":["x","y"]}""", """{"X":["x"]}""", "[-/X/1]", "" },
        { "a longer array", Hint(UpdateMethod.Array), """{"X":["x","y"]}""", """{"X":["z","x","y"]}""", """[+/X/0="z"]""", """[+/X/0="z"]""" },
        { "an array that grows and turns", Hint(UpdateMethod.Array), """{"X":["x","y"]}""", """{"X":["y","x","z"]}""", """[-/X/0][+/X/1="x"][+/X/2="z"]""", """[-/X/0][+/X/1="x"][+/X/2="z"]""" },
        { "an array that is longer and has others", Hint(UpdateMethod.Array), """{"X":["x","y"]}""", """{"X":["z"]}""", """[-/X/1][-/X/0][+/X/0="z"]""", """[+/X/2="z"]""" },
        { "entities by key", Entities(), """{"X":[{"K":"e","V":1},{"K":"t","V":2}]}""", """{"X":[{"K":"e","V":9}]}""", "[-/X/1][=/X/0/V=9]", "[=/X/0/V=9]" },
        { "an entity behind a removed one", Entities(), """{"X":[{"K":"t","V":2},{"K":"e","V":1}]}""", """{"X":[{"K":"e","V":9}]}""", "[-/X/0][=/X/0/V=9]", "[=/X/1/V=9]" },
        { "a new entity", Entities(), """{"X":[{"K":"e"}]}""", """{"X":[{"K":"n"},{"K":"e"}]}""", """[+/X/1={"K":"n"}]""", """[+/X/1={"K":"n"}]""" },
        { "an atomic object", Hint(UpdateMethod.Atomic), """{"X":{"a":1,"b":2}}""", """{"X":{"a":1,"b":3}}""", """[=/X={"a":1,"b":3}]""", """[=/X={"a":1,"b":3}]""" },
        { "an atomic object loses a key", Hint(UpdateMethod.Atomic), """{"X":{"a":1,"b":2}}""", """{"X":{"a":1}}""", """[=/X={"a":1}]""", """[=/X={"a":1}]""" },
        { "keys of an object are not removed", null, """{"X":{"a":1,"b":2}}""", """{"X":{"a":1}}""", "", "" },
        { "a declared empty collection", null, """{"X":["a"]}""", """{"X":[]}""", "[-/X/0]", "" },
        { "a declared empty set", Hint(UpdateMethod.Set), """{"X":["a"]}""", """{"X":[]}""", "[-/X/0]", "" },
        { "a declared empty array", Hint(UpdateMethod.Array), """{"X":["a","b"]}""", """{"X":[]}""", "[-/X/1][-/X/0]", "" },
        { "declared empty entities", Entities(), """{"X":[{"K":"e"}]}""", """{"X":[]}""", "[-/X/0]", "" },
        { "a set that nobody mentions", Hint(UpdateMethod.Set), """{"X":["a"]}""", "{}", "", "" },
        { "an array that nobody mentions", Hint(UpdateMethod.Array), """{"X":["a"]}""", "{}", "", "" },
        { "a list that nobody mentions", null, """{"X":["a"]}""", "{}", "", "" },
        { "entities that nobody mentions", Entities(), """{"X":[{"K":"e"}]}""", "{}", "[-/X]", "" },
        { "entities that the provider fills in", Entities() with { HasProviderDefault = true }, """{"X":[{"K":"e"}]}""", "{}", "", "" },
        { "more entities than declared, filled in by the provider", Entities() with { HasProviderDefault = true }, """{"X":[{"K":"e","V":1},{"K":"p"}]}""", """{"X":[{"K":"e","V":2}]}""", "[=/X/0/V=2]", "[=/X/0/V=2]" },
        { "JSON in a text", new FieldHint { Format = "json" }, """{"X":"{\"a\":1,\"b\":2}"}""", """{"X":"{ \"b\":2, \"a\":1 }"}""", "", "" },
        { "other JSON in a text", new FieldHint { Format = "json" }, """{"X":"{\"a\":1}"}""", """{"X":"{\"a\":2}"}""", """[=/X="{\"a\":2}"]""", """[=/X="{\"a\":2}"]""" },
        { "write-only and create-only", new FieldHint { WriteOnly = true, CreateOnly = true }, "{}", """{"X":"v"}""", "", "" },
        { "a provider default left out", new FieldHint { HasProviderDefault = true }, """{"X":5}""", "{}", "", "" },
        { "a new key", null, "{}", """{"X":1}""", "[+/X=1]", "[+/X=1]" },
        { "a new empty collection", null, "{}", """{"X":[]}""", "", "" },
        { "an empty text", null, """{"X":"a"}""", """{"X":""}""", "", "" },
        { "null", null, """{"X":"a"}""", """{"X":null}""", "", "" },
        { "a value where there was null", null, """{"X":null}""", """{"X":1}""", "[=/X=1]", "[=/X=1]" },
        { "another JSON type", null, """{"X":"1"}""", """{"X":1}""", "[=/X=1]", "[=/X=1]" },
        { "numbers by value", null, """{"X":[1.0,100]}""", """{"X":[1e2,1]}""", "", "" },
        { "great numbers apart", null, """{"X":9007199254740992}""", """{"X":9007199254740993}""", "[=/X=9007199254740993]", "[=/X=9007199254740993]" },
        { "a key with a slash", null, """{"X":{"a/b~c":1}}""", """{"X":{"a/b~c":2}}""", "[=/X/a~1b~0c=2]", "[=/X/a~1b~0c=2]" },
        { "a clear envelope is its value", null, """{"X":{"$value":"a","$visibility":"Clear"}}""", """{"X":"a"}""", "", "" },
        { "a hashed secret and the same in plain", new FieldHint { Opaque = true }, """{"X":{"$value":"DIGEST","$visibility":"Opaque","$hashed":true}}""", """{"X":"secret"}""", "", "" },
        { "a hashed secret and the same in an envelope", null, """{"X":{"$value":"DIGEST","$visibility":"Opaque","$hashed":true}}""", """{"X":{"$value":"secret","$visibility":"Opaque"}}""", "", "" },
        { "a hashed secret and the same sealed", null, """{"X":{"$value":"DIGEST","$visibility":"Opaque","$hashed":true}}""", """{"X":SEALED}""", "", "" },
        { "another secret is not shown", new FieldHint { Opaque = true }, """{"X":{"$value":"DIGEST","$visibility":"Opaque","$hashed":true}}""", """{"X":"other"}""", """[=/X={"$opaque":"redacted"}]""", """[=/X={"$opaque":"redacted"}]""" },
        { "another sealed secret is not shown", null, """{"X":{"$value":"DIGEST","$visibility":"Opaque","$hashed":true}}""", """{"X":OTHERSEALED}""", """[=/X={"$opaque":"redacted"}]""", """[=/X={"$opaque":"redacted"}]""" },
        { "a secret inside of what is added", new FieldHint(), "{}", """{"X":{"p":{"$value":"secret","$visibility":"Opaque"},"q":1}}""", """[+/X={"p":{"$opaque":"redacted"},"q":1}]""", """[+/X={"p":{"$opaque":"redacted"},"q":1}]""" },
        { "a preserved secret", new FieldHint { Opaque = true }, """{"X":{"$value":"DIGEST","$visibility":"Opaque","$hashed":true}}""", """{"X":{"$opaque":"preserved"}}""", "", "" },
        { "the same reference", null, """{"X":{"$ref":"URI","$value":"v","$applied":"v"}}""", """{"X":{"$ref":"URI"}}""", "", "" },
        { "the same reference to a secret", null, """{"X":{"$ref":"URI","$visibility":"Opaque","$value":"DIGEST","$hashed":true}}""", """{"X":{"$ref":"URI"}}""", "", "" },
        { "another property", null, """{"X":{"$ref":"URI","$value":"v","$applied":"v"}}""", """{"X":{"$ref":"URI2","$value":"v"}}""", """[=/X={"$ref":"URI2"}]""", """[=/X={"$ref":"URI2"}]""" },
        { "another path into the same property", null, """{"X":{"$ref":"URI","$json":"a","$value":"v","$applied":"v"}}""", """{"X":{"$ref":"URI","$json":"b"}}""", """[=/X={"$ref":"URI","$json":"b"}]""", """[=/X={"$ref":"URI","$json":"b"}]""" },
        { "a value instead of a reference", null, """{"X":{"$ref":"URI","$value":"v","$applied":"v"}}""", """{"X":"v"}""", """[=/X="v"]""", """[=/X="v"]""" },
        { "a reference instead of a value", null, """{"X":"v"}""", """{"X":{"$ref":"URI"}}""", """[=/X={"$ref":"URI"}]""", """[=/X={"$ref":"URI"}]""" },
        { "references as members of a set", null, """{"X":[{"$ref":"URI","$value":"v","$applied":"v"},"w"]}""", """{"X":["w",{"$ref":"URI"}]}""", "", "" },
    };

    private const string Uri = "formae://000000000000000000000000000#/Id";

    [Theory, MemberData(nameof(Rows))]
    public void The_operations_are(string what, FieldHint? hint, string actual, string desired, string reconcile, string patch)
    {
        Assert.NotEmpty(what);
        var schema = Schema(("X", hint));
        (actual, desired, reconcile, patch) = (Fill(actual), Fill(desired), Fill(reconcile), Fill(patch));
        Assert.Equal(reconcile, Told(PropertyDiff.Between(Json(actual), Json(desired), schema, DiffMode.Exact)));
        Assert.Equal(patch, Told(PropertyDiff.Between(Json(actual), Json(desired), schema, DiffMode.EnsureExists)));
    }

    [Fact]
    public void A_field_that_every_update_needs_is_sent_with_a_change_and_is_none_itself()
    {
        var schema = Schema(("X", null), ("R", new FieldHint { RequiredOnUpdate = true }));

        Assert.Equal("", Told(PropertyDiff.Between(Json("""{"X":1,"R":"r"}"""), Json("""{"X":1,"R":"r"}"""), schema, DiffMode.Exact)));
        Assert.Equal("""[=/X=2][+/R="r"]""", Told(PropertyDiff.Between(Json("""{"X":1,"R":"r"}"""), Json("""{"X":2,"R":"r"}"""), schema, DiffMode.Exact)));
        Assert.Equal("""[+/R="s"]""", Told(PropertyDiff.Between(Json("""{"X":1,"R":"r"}"""), Json("""{"X":1,"R":"s"}"""), schema, DiffMode.Exact)));
    }

    [Fact]
    public void A_change_below_a_create_only_field_needs_a_replace()
    {
        var schema = Schema(("X", null), ("X.A", new FieldHint { CreateOnly = true }));
        var diff = PropertyDiff.Between(Json("""{"X":{"A":{"B":1},"C":1}}"""), Json("""{"X":{"A":{"B":2},"C":2}}"""), schema, DiffMode.EnsureExists);

        Assert.True(diff.NeedsReplace);
        Assert.Equal("""[{"op":"replace","path":"/X/A/B","value":2}]""", diff.CreateOnlyPatch(PatchValues.Preview).GetRawText());
    }

    [Fact]
    public void What_is_no_field_of_the_schema_is_left_alone() =>
        Assert.True(PropertyDiff.Between(Json("{}"), Json("""{"Other":1}"""), Schema(("X", null)), DiffMode.Exact).IsEmpty);

    [Fact]
    public void A_provider_default_inside_of_elements_counts_only_where_it_is_declared()
    {
        var schema = Schema(("X", Hint(UpdateMethod.Set)), ("X.D", new FieldHint { HasProviderDefault = true }));

        Assert.True(PropertyDiff.Between(Json("""{"X":[{"A":1,"D":5},{"A":2,"D":6}]}"""), Json("""{"X":[{"A":2,"D":6},{"A":1}]}"""), schema, DiffMode.Exact).IsEmpty);
        Assert.False(PropertyDiff.Between(Json("""{"X":[{"A":1,"D":5}]}"""), Json("""{"X":[{"A":1,"D":6}]}"""), schema, DiffMode.Exact).IsEmpty);
    }

    [Fact]
    public void The_patch_for_a_plugin_opens_envelopes_and_keeps_seals()
    {
        var diff = PropertyDiff.Between(Json("{}"), Json("""{"X":{"a":{"$value":"clear"},"b":{"$sealed":"s","$digest":"d"}}}"""), Schema(("X", null)), DiffMode.Exact);

        Assert.Equal("""[{"op":"add","path":"/X","value":{"a":"clear","b":{"$sealed":"s","$digest":"d"}}}]""", diff.Patch(PatchValues.Plugin).GetRawText());
    }

    [Fact]
    public void What_is_set_once_stays()
    {
        var stored = Json("""{"X":{"$value":"first","$strategy":"SetOnce"},"T":[{"Key":"made","Value":{"$value":"1","$strategy":"SetOnce"}}],"P":"plain"}""");
        var desired = Json("""{"X":"second","T":[{"Key":"new","Value":"n"},{"Key":"made","Value":"2"}],"P":{"$value":"p","$strategy":"SetOnce"}}""");

        Assert.Equal("""{"X":{"$value":"first","$strategy":"SetOnce"},"T":[{"Key":"new","Value":"n"},{"Key":"made","Value":{"$value":"1","$strategy":"SetOnce"}}],"P":"plain"}""",
            SetOnceFreeze.Apply(desired, stored, null).GetRawText());
    }

    internal static FieldHint Hint(UpdateMethod method) => new() { UpdateMethod = method };

    internal static FieldHint Entities() => new() { UpdateMethod = UpdateMethod.EntitySet, IndexField = "K" };

    internal static ResourceSchema Schema(params (string Path, FieldHint? Hint)[] hints) => new()
    {
        Fields = [.. hints.Select(hint => hint.Path).Where(path => !path.Contains('.', StringComparison.Ordinal)), "T", "P"],
        Hints = hints.Where(hint => hint.Hint is not null).ToDictionary(hint => hint.Path, hint => hint.Hint!),
    };

    internal static JsonElement Json(string text) => JsonElement.Parse(text);

    private static string Fill(string text) => text
        .Replace("OTHERSEALED", """{"$sealed":"xyz","$digest":"00"}""", StringComparison.Ordinal)
        .Replace("SEALED", """{"$sealed":"xyz","$digest":"DIGEST"}""", StringComparison.Ordinal)
        .Replace("DIGEST", Digest, StringComparison.Ordinal)
        .Replace("URI", Uri, StringComparison.Ordinal);

    internal static string Told(PropertyDiff diff) => string.Concat(diff.Patch(PatchValues.Preview).EnumerateArray().Select(operation =>
    {
        var sign = operation.GetProperty("op").GetString() switch { "add" => '+', "replace" => '=', _ => '-' };
        return $"[{sign}{operation.GetProperty("path").GetString()}{(operation.TryGetProperty("value", out var value) ? "=" + value.GetRawText() : "")}]";
    }));
}
