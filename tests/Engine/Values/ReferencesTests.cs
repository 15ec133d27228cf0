using System.Text;
using System.Text.Json;
using Formae.Model;
using Formae.Protocol.Secrets;
using Microsoft.AspNetCore.DataProtection;

namespace Formae.Engine.Tests.Values;

public sealed class ReferencesTests
{
    private const string Id = "000000000000000000000000001";
    private static readonly string Digest = SecretValues.Digest(Json("\"secret\""));

    [Fact]
    public void The_life_cycle_of_a_reference()
    {
        var source = Json("""{"NetId":{"$res":true,"$label":"net1","$type":"DEMO::Net::Vnet","$stack":"web","$property":"Id"}}""");

        var planned = References.ToStored(source, (_, _) => new PropertyUri(Id, "Id"));
        Same("""{"NetId":{"$ref":"formae://ID#/Id"}}""", planned);
        Same("""{"NetId":"vnet-9"}""", References.Resolve(planned, Value("vnet-9")).Properties);
        var stored = References.Store(planned, Value("vnet-9"), null);
        Same("""{"NetId":{"$ref":"formae://ID#/Id","$value":"vnet-9","$applied":"vnet-9"}}""", stored);
        Same("""{"NetId":{"$res":true,"$label":"net1","$type":"DEMO::Net::Vnet","$stack":"web","$property":"Id","$value":"vnet-9"}}""",
            References.ToSource(stored, _ => new ResourceKey("web", "DEMO::Net::Vnet", "net1")));
    }

    [Fact]
    public void Of_a_secret_only_the_digest_is_stored_beside_its_reference()
    {
        var schema = new ResourceSchema { Hints = new Dictionary<string, FieldHint> { ["P"] = new() { Opaque = true } } };

        var stored = References.Store(Json(Fill("""{"P":{"$ref":"formae://ID#/Password"},"Q":{"$ref":"formae://ID#/Password","$visibility":"Opaque"}}""")), Value("secret"), schema);

        Assert.DoesNotContain("secret", stored.GetRawText(), StringComparison.Ordinal);
        Same("""{"P":{"$ref":"formae://ID#/Password","$visibility":"Opaque","$value":"DIGEST","$hashed":true},"Q":{"$ref":"formae://ID#/Password","$visibility":"Opaque","$value":"DIGEST","$hashed":true}}""", stored);
        Assert.DoesNotContain("secret", References.ToSource(stored, _ => new ResourceKey("s", "A::B::C", "l")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sealed_source_is_stored_by_its_digest_and_sent_sealed()
    {
        var reference = Json(Fill("""{"P":{"$ref":"formae://ID#/Password"}}"""));
        JsonElement? Sealed(PropertyUri uri) => Json(Fill("""{"$sealed":"xyz","$digest":"DIGEST"}"""));

        Same("""{"P":{"$sealed":"xyz","$digest":"DIGEST"}}""", References.Resolve(reference, Sealed).Properties);
        Same("""{"P":{"$ref":"formae://ID#/Password","$visibility":"Opaque","$value":"DIGEST","$hashed":true}}""", References.Store(reference, Sealed, null));
    }

    [Fact]
    public void A_plugin_gets_plain_values_and_never_a_hash() =>
        Same("""{"A":"v","B":{"$opaque":"preserved"},"C":{"$sealed":"s","$digest":"d"},"D":[{"$opaque":"preserved"},"x"]}""",
            References.Resolve(Json("""{"A":{"$value":"v","$strategy":"SetOnce"},"B":{"$value":"00","$visibility":"Opaque","$hashed":true},"C":{"$value":{"$sealed":"s","$digest":"d","$strategy":"SetOnce"},"$visibility":"Opaque"},"D":[{"$value":"00","$hashed":true},"x"]}"""), _ => null).Properties);

    [Fact]
    public void What_cannot_be_resolved_is_named_with_its_place_and_reason()
    {
        var resolution = References.Resolve(Json(Fill("""{"A":[{"$ref":"formae://ID#/Gone"}],"B":{"$ref":"nonsense"}}""")), _ => null);

        Assert.Equal([("A[0]", "the resource has no property 'Gone'"), ("B", "'nonsense' is no reference to a resource")], resolution.Unresolved.Select(one => (one.Path, one.Reason)));
    }

    [Theory]
    [InlineData("a", "1", "")]
    [InlineData("b.c", "\"x\"", "")]
    [InlineData("l.1", "true", "")]
    [InlineData("d\\.t", "2", "")]
    [InlineData("b", null, "'b' is an object, and only a single value can be taken")]
    [InlineData("n", null, "'n' is null")]
    [InlineData("l.7", null, "'7' of the path 'l.7' is not there")]
    [InlineData("b.z", null, "'z' of the path 'b.z' is not there")]
    public void One_scalar_is_taken_out_of_a_JSON_text(string path, string? expected, string reason)
    {
        var document = JsonSerializer.Serialize("""{"a":1,"b":{"c":"x"},"l":[0,true],"d.t":2,"n":null}""");
        var resolution = References.Resolve(Json(Fill($$"""{"X":{"$ref":"formae://ID#/S","$json":{{JsonSerializer.Serialize(path)}} } }""")), _ => Json(document));

        if (expected is null)
            Assert.Equal(reason, Assert.Single(resolution.Unresolved).Reason);
        else
            Assert.Equal(expected, resolution.Properties.GetProperty("X").GetRawText());
    }

    [Fact]
    public void Documents_too_large_for_an_extraction_are_refused()
    {
        Assert.False(JsonExtraction.TryExtract(new string(' ', JsonExtraction.MaxInput) + "{}", "a", out _, out var problem));
        Assert.Contains("larger", problem, StringComparison.Ordinal);
        Assert.False(JsonExtraction.TryExtract($"{{\"a\":\"{new string('x', JsonExtraction.MaxOutput)}\"}}", "a", out _, out problem));
        Assert.Contains("larger", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void References_embedded_in_text_are_translated_found_and_substituted()
    {
        static string Span(string envelope) => $"\u001E{Convert.ToBase64String(Encoding.UTF8.GetBytes(envelope))}\u001F";
        var text = JsonSerializer.Serialize($"url={Span("""{"$res":true,"$label":"l","$type":"A::B::C","$property":"Url"}""")}; done");
        var planned = References.ToStored(Json($$"""{"Code":{"$embed":true,"$template":{{text}} } }"""), (_, _) => new PropertyUri(Id, "Url"));

        Assert.Equal([(Id, "Code")], References.Enumerate(planned, HintTree.None).Select(reference => (reference.Uri.Ksuid, reference.Path.ToString())));
        Same("""{"Code":"url=http://x; done"}""", References.Resolve(planned, Value("http://x")).Properties);
        Assert.False(EmbeddedText.TryParse("a\u001Eb", out _));
        Assert.False(EmbeddedText.TryParse("a\u001Fb", out _));
    }

    [Fact]
    public void Every_reference_is_found_with_its_place_and_hint()
    {
        var schema = new ResourceSchema { Hints = new Dictionary<string, FieldHint> { ["L.A"] = new() { AttachesTo = true } } };

        var found = References.Enumerate(Json(Fill("""{"L":[{"B":1},{"A":{"$ref":"formae://ID#/x.y"}}],"Z":{"$ref":"policy://p"}}""")), HintTree.Of(schema));

        var one = Assert.Single(found);
        Assert.Equal(("L[1].A", "L.A", "x.y", EdgeKind.AttachesTo), (one.Path.ToString(), one.Path.HintPath, one.Uri.Path, one.Hints.EdgeKind));
    }

    [Fact]
    public void Secrets_become_hashes_in_every_form_they_come_in()
    {
        var schema = new ResourceSchema { Hints = new Dictionary<string, FieldHint> { ["A"] = new() { Opaque = true }, ["L.P"] = new() { Opaque = true }, ["N"] = new() { Opaque = true } } };
        const string hashed = """{"$value":"DIGEST","$visibility":"Opaque","$hashed":true}""";

        var stored = SecretValues.Hashed(Json(Fill("""{"A":"secret","L":[{"P":"secret","Q":1}],"E":{"$value":"secret","$visibility":"Opaque","$strategy":"SetOnce"},"S":{"$sealed":"x","$digest":"DIGEST"},"H":{"$value":"DIGEST","$visibility":"Opaque","$hashed":true},"N":null,"C":{"$value":"clear","$visibility":"Clear"}}""")), schema);

        Same($$"""{"A":{{hashed}},"L":[{"P":{{hashed}},"Q":1}],"E":{"$strategy":"SetOnce","$value":"DIGEST","$visibility":"Opaque","$hashed":true},"S":{{hashed}},"H":{{hashed}},"N":null,"C":{"$value":"clear","$visibility":"Clear"} }""".Replace("} }", "}}", StringComparison.Ordinal), stored);
        Assert.Equal(stored.GetRawText(), SecretValues.Hashed(stored, schema).GetRawText());
        Assert.DoesNotContain("DIGEST", SecretValues.Redacted(stored, schema).GetRawText().Replace(Digest, "DIGEST", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void The_digest_is_that_of_the_seal()
    {
        foreach (var text in (string[])["\"secret\"", "\"\\u00e9\"", "{\"a\": [1, 2]}", "12.50", "true"])
            Assert.Equal(SecretSeal.Digest(Json(text)), SecretValues.Digest(Json(text)));
        var seal = new SecretSeal(new EphemeralDataProtectionProvider()).Seal(Json("\"secret\""));
        Assert.Equal(Digest, SecretValues.DigestOf(seal));
    }

    [Fact]
    public void The_pre_read_compares_as_the_planner_does()
    {
        var schema = new ResourceSchema
        {
            Fields = ["Name", "Tags", "Order", "Secret", "Write"],
            Hints = new Dictionary<string, FieldHint> { ["Order"] = new() { UpdateMethod = UpdateMethod.Array }, ["Secret"] = new() { Opaque = true }, ["Write"] = new() { WriteOnly = true } },
        };
        var expected = Json(Fill("""{"Name":{"$ref":"formae://ID#/N","$value":"n","$applied":"n"},"Tags":["a","b"],"Order":[1,2],"Secret":{"$value":"DIGEST","$visibility":"Opaque","$hashed":true},"Write":"w"}"""));

        Assert.True(PropertyComparison.Equal(Json("""{"Secret":"secret","Order":[1,2],"Tags":["b","a"],"Name":"n","Arn":"read-only"}"""), expected, schema));
        Assert.False(PropertyComparison.Equal(Json("""{"Secret":"other","Order":[1,2],"Tags":["b","a"],"Name":"n"}"""), expected, schema));
        Assert.False(PropertyComparison.Equal(Json("""{"Secret":"secret","Order":[2,1],"Tags":["b","a"],"Name":"n"}"""), expected, schema));
        Assert.False(PropertyComparison.Equal(Json("""{"Secret":"secret","Order":[1,2],"Tags":["b","a"],"Name":"n","Write":"x"}"""), expected, schema));
    }

    [Theory]
    [InlineData("A.B[2].C", "A.B.C", "/A/B/2/C")]
    [InlineData("A[\"x.y\"][\"q\\\"\"]", "A.x.y.q\"", "/A/x.y/q\"")]
    public void A_path_is_read_as_it_is_written(string text, string hint, string pointer)
    {
        Assert.True(PropertyPath.TryParse(text, out var steps));
        Assert.Equal((text, hint, pointer), (steps[^1].ToString(), steps[^1].HintPath, steps[^1].Pointer));
    }

    private static Func<PropertyUri, JsonElement?> Value(string text) => _ => Json(JsonSerializer.Serialize(text));

    private static string Fill(string text) => text.Replace("DIGEST", Digest, StringComparison.Ordinal).Replace("ID", Id, StringComparison.Ordinal);

    private static void Same(string expected, JsonElement actual) => Assert.Equal(Fill(expected), actual.GetRawText());

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
