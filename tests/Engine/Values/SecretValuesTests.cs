using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Formae.Engine.Planning;
using Formae.Engine.Reports;
using Formae.Engine.Tests.Planning;
using Formae.Model;

namespace Formae.Engine.Tests.Values;

/// <summary>What is a secret, and what is left of one.</summary>
public sealed class SecretValuesTests
{
    private const string LooksHashed = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private static readonly ResourceSchema Schema = new()
    {
        Fields = ["Secret", "Nested", "List", "Whole", "Open"],
        Hints = new Dictionary<string, FieldHint>
        {
            ["Secret"] = new() { Opaque = true },
            ["Nested.Deep.Secret"] = new() { Opaque = true },
            ["List.Secret"] = new() { Opaque = true },
            ["Whole"] = new() { Opaque = true },
        },
    };

    [Fact]
    public void F019_what_is_marked_as_hashed_is_not_hashed_again_and_what_only_looks_so_is()
    {
        var once = SecretValues.Hashed(Json($$"""{"Secret":"{{LooksHashed}}"}"""), Schema);

        Assert.Equal(Sha256(LooksHashed), once.GetProperty("Secret").GetProperty("$value").GetString());
        Assert.Equal(once.GetRawText(), SecretValues.Hashed(once, Schema).GetRawText());
        var marked = Json($$$"""{"Secret":{"$value":"{{{LooksHashed}}}","$visibility":"Opaque","$hashed":true}}""");
        Assert.Equal(LooksHashed, SecretValues.Hashed(marked, Schema).GetProperty("Secret").GetProperty("$value").GetString());
    }

    [Theory]
    [InlineData("""{"Nested":{"Deep":{"Secret":"planted"}}}""")]
    [InlineData("""{"List":[{"Name":"a","Secret":"planted"}]}""")]
    [InlineData("""{"Whole":{"User":"u","Password":"planted","More":["planted"]}}""")]
    [InlineData("""{"Open":{"$value":"planted","$visibility":"Opaque"}}""")]
    [InlineData("""{"Open":[{"$value":{"a":"planted"},"$visibility":"Opaque","$strategy":"SetOnce"}]}""")]
    [InlineData("""{"Open":{"$ref":"formae://2abcdefghijklmnopqrstuvwxy0#/P","$value":"planted","$applied":"planted","$visibility":"Opaque"}}""")]
    [InlineData("""{"Secret":{"$value":"planted","$visibility":"Clear"}}""")]
    [InlineData("""{"Secret":["planted"]}""")]
    public void Nothing_is_left_of_a_secret_wherever_it_stands(string properties)
    {
        var hashed = SecretValues.Hashed(Json(properties), Schema);

        Assert.DoesNotContain("planted", hashed.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(hashed.GetRawText(), SecretValues.Hashed(hashed, Schema).GetRawText());
        Assert.DoesNotContain("planted", SecretValues.Redacted(Json(properties), Schema).GetRawText(), StringComparison.Ordinal);
        Assert.True(SecretValues.HoldsPlain(Json(properties), HintTree.Of(Schema)));
        Assert.False(SecretValues.HoldsPlain(hashed, HintTree.Of(Schema)));
    }

    [Fact]
    public void F019_an_object_is_hashed_as_a_whole_in_whatever_order_it_is_written()
    {
        var declared = SecretValues.Hashed(Json("""{"Whole":{ "User": "u", "Password": "p", "None": null }}"""), Schema);
        var reported = SecretValues.Hashed(Json("""{"Whole":{"Password":"p","User":"u"}}"""), Schema);

        Assert.Equal(declared.GetRawText(), reported.GetRawText());
        Assert.NotEqual(declared.GetRawText(), SecretValues.Hashed(Json("""{"Whole":{"Password":"q","User":"u"}}"""), Schema).GetRawText());
    }

    [Theory]
    [InlineData("AWS::SecretsManager::Secret", "SecretString")]
    [InlineData("aws::rds::dbinstance", "MasterUserPassword")]
    [InlineData("AWS::RDS::DBInstance", "TdeCredentialPassword")]
    [InlineData("AWS::RDS::DBCluster", "MasterUserPassword")]
    [InlineData("AWS::RDS::DatabaseRole", "Password")]
    public void F024_a_known_secret_is_one_whatever_the_schema_says(string type, string field)
    {
        var silent = new ResourceSchema { Fields = ["Name", field], Hints = new Dictionary<string, FieldHint> { [field] = new() { WriteOnly = true } } };

        var complete = KnownSecrets.Complete(type, silent)!;

        Assert.True(complete.Hints[field] is { Opaque: true, WriteOnly: true });
        Assert.Same(complete, KnownSecrets.Complete(type, complete));
        Assert.True(KnownSecrets.Complete(type, null)!.Hints[field].Opaque);
        Assert.Same(silent, KnownSecrets.Complete("AWS::S3::Bucket", silent));
    }

    [Fact]
    public void F024_a_plan_shows_no_known_secret_of_a_plugin_that_does_not_mark_it()
    {
        const string Type = "AWS::RDS::DBInstance";
        var document = new Scenario().DeclareStack().DeclareTarget(@namespace: "AWS").Declare("db", """{"Name":"n","MasterUserPassword":"planted"}""", Type);
        var request = document.Request(CommandKind.Apply, ApplyMode.Reconcile) with
        {
            Schemas = new Dictionary<string, ResourceSchema> { [Type] = new() { Identifier = "Name", Fields = ["Name", "MasterUserPassword"] } },
            Namespaces = new HashSet<string> { "AWS" },
        };

        var update = Assert.Single(Assert.IsType<PlanOutcome.Planned>(Planner.Plan(request)).Plan.Resources);

        Assert.Equal("""{"Name":"n","MasterUserPassword":{"$opaque":"redacted"}}""", SecretValues.Redacted(update.Resource.Properties!.Value, update.Resource.Schema).GetRawText());
    }

    [Fact]
    public void What_a_plugin_closed_beside_a_secret_of_a_collection_stays_as_it_was_declared()
    {
        var declared = SecretValues.Hashed(Json("""{"Open":["plain",{"$value":"planted","$visibility":"Opaque"}]}"""), null);
        var reported = SecretValues.Hashed(Json("""{"Open":[{"$value":"planted","$visibility":"Opaque"},{"$value":"plain","$visibility":"Opaque"}]}"""), null);

        var (stored, _) = StoredState.Merge(declared, reported, null);

        Assert.Equal("plain", stored.GetProperty("Open")[1].GetString());
        Assert.Equal(Sha256("planted"), stored.GetProperty("Open")[0].GetProperty("$value").GetString());
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
