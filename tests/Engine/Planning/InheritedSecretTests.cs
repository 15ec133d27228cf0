using System.Text;
using System.Text.Json;
using Formae.Model;

namespace Formae.Engine.Tests.Planning;

/// <summary>Whoever refers to a secret has one.</summary>
public sealed class InheritedSecretTests
{
    [Fact]
    public void F023_a_field_that_refers_to_an_opaque_one_is_a_secret_whatever_it_says_itself()
    {
        var plan = Declared("""{"Name":"vault","Secret":"planted"}""")
            .Declare("reader", $$"""{"Name":"reader","Peer":{{Scenario.Reference("vault", "Secret")}}}""")
            .Declare("loud", $$"""{"Name":"loud","Peer":{{Scenario.Reference("vault", "Secret").Replace("\"$res\"", "\"$visibility\":\"Clear\",\"$json\":\"a.b\",\"$res\"", StringComparison.Ordinal)}}}""")
            .Reconcile();

        foreach (var label in (string[])["reader", "loud"])
        {
            var update = plan.Of(label, Engine.Planning.ResourceOperation.Create);
            Assert.Equal("Opaque", update.Resource.Properties!.Value.GetProperty("Peer").GetProperty("$visibility").GetString());
            Assert.Equal("redacted", SecretValues.Redacted(update.Resource.Properties!.Value, Scenario.VnetSchema).GetProperty("Peer").GetProperty("$opaque").GetString());
        }
    }

    [Fact]
    public void F023_a_secret_is_inherited_through_others_and_from_envelopes()
    {
        var plan = Declared("""{"Name":"vault","Peer":{"$value":"planted","$visibility":"Opaque"}}""")
            .Declare("middle", $$"""{"Name":"middle","Peer":{{Scenario.Reference("vault", "Peer")}}}""")
            .Declare("last", $$"""{"Name":"last","Peer":{{Scenario.Reference("middle", "Peer")}}}""")
            .Declare("open", $$"""{"Name":"open","Peer":{{Scenario.Reference("vault", "Name")}}}""")
            .Reconcile();

        Assert.Equal(["Opaque", "Opaque", null], ((string[])["middle", "last", "open"]).Select(label => VisibilityOf(plan.Of(label, Engine.Planning.ResourceOperation.Create).Resource)));
    }

    [Fact]
    public void F023_a_secret_that_is_stored_is_inherited_too()
    {
        var plan = new Scenario().Given("vault", """{"Name":"vault","Peer":{"$value":"00ff","$visibility":"Opaque","$hashed":true}}""", stack: "other")
            .DeclareStack().DeclareTarget()
            .Declare("reader", $$"""{"Name":"reader","Peer":{{Scenario.Reference("vault", "Peer", stack: "other")}}}""")
            .Reconcile();

        Assert.Equal("Opaque", VisibilityOf(plan.Of("reader", Engine.Planning.ResourceOperation.Create).Resource));
    }

    [Fact]
    public void F023_a_target_config_that_refers_to_a_secret_keeps_no_value_of_it()
    {
        var plan = Declared("""{"Name":"vault","Secret":"planted"}""").DeclareTarget("made", $$"""{"Token":{{Scenario.Reference("vault", "Secret")}}}""").Reconcile();

        var config = plan.Targets.Single(update => update.Target.Label == "made").Target.Config!.Value;
        Assert.Equal("Opaque", config.GetProperty("Token").GetProperty("$visibility").GetString());
        Assert.False(config.GetProperty("Token").TryGetProperty("$value", out _));
    }

    [Fact]
    public void F023_a_circle_of_references_is_no_secret_and_no_endless_search()
    {
        var outcome = new Scenario().DeclareStack().DeclareTarget()
            .Declare("a", $$"""{"Name":"a","Peer":{{Scenario.Reference("b", "Peer")}}}""")
            .Declare("b", $$"""{"Name":"b","Peer":{{Scenario.Reference("a", "Peer")}}}""")
            .Refused();

        Assert.NotNull(outcome.Code);
    }

    [Fact]
    public void A_secret_cannot_be_embedded_in_text_even_if_the_text_does_not_say_that_it_is_one()
    {
        var span = Convert.ToBase64String(Encoding.UTF8.GetBytes(Scenario.Reference("vault", "Secret")));
        var template = JsonSerializer.Serialize($"user:\u001E{span}\u001F");

        var wrong = Declared("""{"Name":"vault","Secret":"planted"}""")
            .Declare("text", $$$"""{"Name":"text","Cidr":{"$embed":true,"$template":{{{template}}}}}""")
            .Wrong();

        Assert.Equal(DiagnosticCodes.UnsupportedEmbed, wrong.Code);
        Assert.DoesNotContain("planted", wrong.ToString(), StringComparison.Ordinal);
    }

    private static Scenario Declared(string vault) => new Scenario().DeclareStack().DeclareTarget().Declare("vault", vault);

    private static string? VisibilityOf(Resource resource) =>
        resource.Properties!.Value.GetProperty("Peer").TryGetProperty("$visibility", out var visibility) ? visibility.GetString() : null;
}
