using System.Text.Json;
using Formae.Engine.Synchronization;
using Formae.Model;

namespace Formae.Engine.Tests.Synchronization;

public sealed class ObservationTests
{
    private const string Producer = "2aaaaaaaaaaaaaaaaaaaaaaaaa1";

    private static readonly ResourceSchema Schema = new()
    {
        Identifier = "Id",
        Fields = ["Name", "Value", "Secret", "Start", "Tags", "Set", "List", "Ref", "Box", "Once"],
        Hints = new Dictionary<string, FieldHint>
        {
            ["Name"] = new() { Required = true },
            ["Secret"] = new() { Opaque = true, Required = true },
            ["Start"] = new() { WriteOnly = true, Required = true },
            ["Tags"] = new() { UpdateMethod = UpdateMethod.EntitySet, IndexField = "Key" },
            ["Set"] = new() { UpdateMethod = UpdateMethod.Set },
            ["List"] = new() { UpdateMethod = UpdateMethod.Array },
            ["Box.Key"] = new() { WriteOnly = true },
        },
    };

    [Theory]
    [InlineData("""{"Name":"n","Set":["a","b"]}""", """{"Set":["b","a"],"Name":"n"}""")]
    [InlineData("""{"Name":"n","Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]}""", """{"Name":"n","Tags":[{"Key":"b","Value":"2"},{"Key":"a","Value":"1"}]}""")]
    [InlineData("""{"Name":"n","Start":"run"}""", """{"Name":"n"}""")]
    [InlineData("""{"Name":"n","Start":"run"}""", """{"Name":"n","Start":null}""")]
    [InlineData("""{"Name":"n","Box":{"Key":"k","Other":1}}""", """{"Name":"n","Box":{"Other":1}}""")]
    [InlineData("""{"Name":"n","Secret":{"$value":"d","$visibility":"Opaque","$hashed":true}}""", """{"Name":"n"}""")]
    [InlineData("""{"Name":"n","Value":{"$value":"v","$strategy":"SetOnce"}}""", """{"Name":"n","Value":"v"}""")]
    [InlineData("""{"Name":"n","Set":[]}""", """{"Name":"n"}""")]
    [InlineData("""{"Name":"n","Value":{"$embed":true,"$template":"http://x"}}""", """{"Name":"n","Value":"http://anything"}""")]
    [InlineData("""{"Name":"n","Value":{"$embed":true,"$template":"http://x","$value":"http://made"}}""", """{"Name":"n","Value":"http://made"}""")]
    public void What_is_the_same_in_another_form_is_unchanged(string stored, string cloud) => Assert.IsType<Observation.Unchanged>(Of(stored, cloud));

    [Theory]
    [InlineData("""{"Name":"n","Value":"1"}""", """{"Name":"n","Value":"2"}""", """{"Name":"n","Value":"2"}""")]
    [InlineData("""{"Name":"n","Value":"1"}""", """{"Name":"n"}""", """{"Name":"n"}""")]
    [InlineData("""{"Name":"n"}""", """{"Name":"n","Value":"2"}""", """{"Name":"n","Value":"2"}""")]
    [InlineData("""{"Name":"n","List":["a","b"]}""", """{"Name":"n","List":["b","a"]}""", """{"Name":"n","List":["b","a"]}""")]
    [InlineData("""{"Name":"n","Value":{"$value":"v","$strategy":"SetOnce"}}""", """{"Name":"n","Value":"w"}""", """{"Name":"n","Value":{"$strategy":"SetOnce","$value":"w"}}""")]
    [InlineData("""{"Name":"n","Start":"run","Value":"1"}""", """{"Name":"n","Value":"2"}""", """{"Name":"n","Value":"2","Start":"run"}""")]
    [InlineData("""{"Name":"n","Value":{"$embed":true,"$template":"http://x","$value":"http://made"}}""", """{"Name":"n","Value":"http://theirs"}""", """{"Name":"n","Value":"http://theirs"}""")]
    public void What_others_set_is_a_change_and_keeps_its_envelopes(string stored, string cloud, string expected)
    {
        var changed = Assert.IsType<Observation.Changed>(Of(stored, cloud));

        Assert.Equal(expected, changed.Resource.Properties!.Value.GetRawText());
        Assert.Equal(("label", "id-1"), (changed.Resource.Label, changed.Resource.NativeId));
    }

    [Fact]
    public void A_reference_stays_one_and_notes_what_the_cloud_holds_instead_of_what_was_written()
    {
        var stored = $$$"""{"Name":"n","Ref":{"$ref":"formae://{{{Producer}}}#/Id","$value":"vpc-1","$applied":"vpc-1"}}""";

        Assert.IsType<Observation.Unchanged>(Of(stored, """{"Name":"n","Ref":"vpc-1"}"""));
        var changed = Assert.IsType<Observation.Changed>(Of(stored, """{"Name":"n","Ref":"vpc-2"}"""));

        Assert.Equal($$$"""{"$ref":"formae://{{{Producer}}}#/Id","$value":"vpc-2"}""", changed.Resource.Properties!.Value.GetProperty("Ref").GetRawText());
    }

    [Fact]
    public void A_secret_in_a_set_is_told_by_its_hash_wherever_it_stands()
    {
        var digest = SecretValues.Digest(JsonElement.Parse("\"s\""));
        Assert.IsType<Observation.Unchanged>(Of($$"""{"Name":"n","Set":["a",{"$value":"{{digest}}","$visibility":"Opaque","$hashed":true}]}""", """{"Name":"n","Set":["s","a"]}"""));

        var changed = Assert.IsType<Observation.Changed>(Of($$"""{"Name":"n","Set":["a",{"$value":"{{digest}}","$visibility":"Opaque","$hashed":true}]}""", """{"Name":"n","Set":["s","b","a"]}"""));
        Assert.Equal(["b", "a"], changed.Resource.Properties!.Value.GetProperty("Set").EnumerateArray().Where(element => element.ValueKind == JsonValueKind.String).Select(element => element.GetString()));
        Assert.Contains(digest, changed.Resource.Properties.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Set", """["a",{"$value":"d","$visibility":"Opaque","$hashed":true}]""", """["a","others-wrote-it"]""")]
    [InlineData("Set", """["a",{"$value":"d","$visibility":"Opaque","$hashed":true}]""", """["others-wrote-it","b","a"]""")]
    [InlineData("List", """["a",{"$value":"d","$visibility":"Opaque","$hashed":true}]""", """["a","others-wrote-it"]""")]
    public void A_secret_in_a_collection_stays_a_secret_when_others_change_it(string field, string stored, string cloud)
    {
        var changed = Assert.IsType<Observation.Changed>(Of($$"""{"Name":"n","{{field}}":{{stored}}}""", $$"""{"Name":"n","{{field}}":{{cloud}}}"""));

        Assert.DoesNotContain("others-wrote-it", changed.Resource.Properties!.Value.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(changed.Resource.Properties.Value.GetProperty(field).EnumerateArray(), element => element.ValueKind == JsonValueKind.String && element.ValueEquals("a"));
    }

    [Fact]
    public void A_reference_in_an_element_of_a_set_is_told_by_its_value_wherever_it_stands()
    {
        var stored = $$$"""{"Name":"n","Set":[{"$ref":"formae://{{{Producer}}}#/Id","$value":"g-1","$applied":"g-1"},"g-2"]}""";

        var changed = Assert.IsType<Observation.Changed>(Of(stored, """{"Name":"n","Set":["g-3","g-2","g-1"]}"""));

        var set = changed.Resource.Properties!.Value.GetProperty("Set");
        Assert.Equal(["g-3", "g-2"], set.EnumerateArray().Take(2).Select(element => element.GetString()));
        Assert.Equal("g-1", set[2].GetProperty("$applied").GetString());
    }

    [Fact]
    public void A_secret_is_told_by_its_digest()
    {
        var stored = SecretValues.Hashed(JsonElement.Parse("""{"Name":"n","Secret":"one"}"""), Schema).GetRawText();

        Assert.IsType<Observation.Unchanged>(Of(stored, """{"Name":"n","Secret":"one"}"""));
        var changed = Assert.IsType<Observation.Changed>(Of(stored, """{"Name":"n","Secret":"two"}"""));

        Assert.Equal(SecretValues.Digest(JsonElement.Parse("\"two\"")), SecretValues.DigestOf(changed.Resource.Properties!.Value.GetProperty("Secret")));
        Assert.DoesNotContain("two", changed.Resource.Properties!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_can_set_is_refreshed_and_is_no_change()
    {
        var refreshed = Assert.IsType<Observation.Refreshed>(Of("""{"Name":"n"}""", """{"Name":"n","State":"running"}""", readOnly: """{"State":"pending"}"""));

        Assert.Equal("""{"State":"running"}""", refreshed.Resource.ReadOnlyProperties!.Value.GetRawText());
        Assert.IsType<Observation.Unchanged>(Of("""{"Name":"n"}""", """{"Name":"n","State":"pending"}""", readOnly: """{"State":"pending"}"""));
    }

    [Fact]
    public void Only_what_the_cloud_says_is_gone_is_gone()
    {
        Assert.IsType<Observation.Gone>(Observation.Of(Stored("""{"Name":"n"}"""), null, new Problem { Code = ProblemCodes.NotFound, Message = "gone" }));
        Assert.IsType<Observation.Unusable>(Observation.Of(Stored("""{"Name":"n"}"""), null, new Problem { Code = ProblemCodes.NetworkFailure, Message = "away" }));
        Assert.IsType<Observation.Unusable>(Observation.Of(Stored("""{"Name":"n"}"""), null, null));
        Assert.Contains("'Name'", Assert.IsType<Observation.Unusable>(Of("""{"Name":"n"}""", """{"Value":"v"}""")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void F145_a_field_that_the_schema_has_learned_of_is_picked_up()
    {
        var old = Schema with { Fields = ["Name"], Hints = new Dictionary<string, FieldHint>() };
        var before = Stored("""{"Name":"n"}""") with { Schema = old, ReadOnlyProperties = JsonElement.Parse("""{"Value":"v"}""") };
        var cloud = JsonElement.Parse("""{"Name":"n","Value":"v"}""");
        Assert.IsType<Observation.Unchanged>(Observation.Of(before, cloud, null));

        var changed = Assert.IsType<Observation.Changed>(Observation.Of(before with { Schema = Schema }, cloud, null));

        Assert.Equal("v", changed.Resource.Properties!.Value.GetProperty("Value").GetString());
        Assert.Null(changed.Resource.ReadOnlyProperties);
    }

    private static Observation Of(string stored, string cloud, string? readOnly = null) =>
        Observation.Of(Stored(stored) with { ReadOnlyProperties = readOnly is null ? null : JsonElement.Parse(readOnly) }, SecretValues.Hashed(JsonElement.Parse(cloud), Schema), null);

    private static Resource Stored(string properties) => new()
    {
        Ksuid = "2aaaaaaaaaaaaaaaaaaaaaaaaa2",
        Label = "label",
        Type = "T::S::K",
        Stack = "s",
        Target = "t",
        NativeId = "id-1",
        Schema = Schema,
        Properties = JsonElement.Parse(properties),
    };
}
