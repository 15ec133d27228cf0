using System.Text;
using Formae.Engine.Planning;
using Formae.Model;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

/// <summary>The ways to name what a reference points at, and what is said when a name leads nowhere, to two things, or to the wrong one.</summary>
public sealed class ReferenceNameTests
{
    private const string Written = "\"$written\":\"${…}\"";

    [Fact]
    public void F011_the_older_form_names_a_resource_by_type_stack_and_label()
    {
        var plan = new Scenario().Given("net1", stack: "base").GivenStack()
            .DeclareTarget("made", """{"Url":{"$ref":"formae://vnet.net.demo/base/net1#/Endpoint.Url"}}""")
            .Declare("a", """{"Name":"a","Peer":{"$ref":"formae://vnet.net.demo/base/net1#/Id"}}""", target: "made").Reconcile();

        Assert.Contains($"formae://{IdOf("net1")}#/Id", plan.Of("a", ResourceOperation.Create).Resource.Properties!.Value.GetRawText(), StringComparison.Ordinal);
        Assert.Contains($"formae://{IdOf("net1")}#/Endpoint.Url", plan.Targets[0].Target.Config!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("formae://account.microsoft.storage.azure/my-stack/a/b#/Id", "my-stack", "azure::microsoft.storage::account", "a/b", "Id")]
    [InlineData("formae://vnet.net.demo/web/net%2F1#/Tags.0.Key", "web", "demo::net::vnet", "net%2F1", "Tags.0.Key")]
    public void The_older_form_may_have_dots_in_the_service_and_slashes_in_the_label(string text, string stack, string type, string label, string property)
    {
        Assert.True(TripletUri.TryParse(text, out var key, out var path));
        Assert.Equal((stack, type, label, property), (key.Stack, key.Type, key.Label, path));
    }

    [Theory]
    [InlineData("formae://vnet.demo/web/net1#/Id"), InlineData("formae://vnet.net.demo/web#/Id"), InlineData("formae://vnet.net.demo/web/net1"), InlineData("formae://.net.demo/web/x#/Id"), InlineData("policy://x")]
    public void What_is_neither_form_is_wrong(string text) =>
        Assert.Equal(DiagnosticCodes.InvalidReference, new Scenario().GivenTarget().DeclareStack().Declare("a", $$"""{"Name":"a","Peer":{"$ref":"{{text}}"} }""").Wrong().Code);

    [Fact]
    public void An_identity_that_a_person_wrote_must_be_there()
    {
        Scenario Declare() => new Scenario().GivenStack().Declare("a", $$"""{"Name":"a","Peer":{"$ref":"formae://{{IdOf("net1")}}#/Id","$value":"stale"} }""");

        Assert.Equal(RejectionCodes.ReferencedResourcesNotFound, Declare().GivenTarget().Refused().Code);
        Assert.DoesNotContain("stale", Declare().Given("net1", stack: "base").Reconcile().Resources[0].Resource.Properties!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_alone_is_enough_where_it_is_one_resource_s()
    {
        var plan = new Scenario().Given("stored").GivenStack("other").Declare("net1").Declare("far", stack: "other")
            .Declare("a", $$"""{"Name":"a","Peer":{{Short("net1")}},"Cidr":{{Short("stored")}},"Runtime":{{Short("far")}}}""").Patch();

        var text = plan.Of("a", ResourceOperation.Create).Resource.Properties!.Value.GetRawText();
        foreach (var ksuid in new[] { plan.Of("net1", ResourceOperation.Create).Resource.Ksuid!, IdOf("stored"), plan.Of("far", ResourceOperation.Create).Resource.Ksuid! })
            Assert.Contains($"formae://{ksuid}#/Id", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_of_two_types_lists_both()
    {
        var wrong = new Scenario().GivenTarget().DeclareStack().Declare("x").Declare("x", """{"Name":"s"}""", Subnet).Declare("a", $$"""{"Name":"a","Peer":{{Short("x")}}}""").Wrong();

        Assert.Equal((DiagnosticCodes.AmbiguousReference, "Resources[2].Properties.Peer"), (wrong.Code, wrong.Path));
        Assert.Contains("web/DEMO::Net::Subnet/x or web/DEMO::Net::Vnet/x", wrong.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_that_nothing_has_suggests_a_near_one()
    {
        var refused = new Scenario().GivenTarget().DeclareStack().Declare("network").Declare("a", $$"""{"Name":"a","Peer":{{Short("netwrok")}}}""").Refused();

        Assert.Equal(RejectionCodes.ReferencedResourcesNotFound, refused.Code);
        Assert.Contains("Did you mean 'network'?", refused.Diagnostics[0].Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void F014_a_reference_in_text_without_a_stack_is_the_one_resource_of_the_document_with_its_label_and_type()
    {
        Scenario Declare() => new Scenario().GivenTarget().DeclareStack().DeclareStack("other").Declare("net1", stack: "other").Declare("a", $$"""{"Name":"a","Cidr":{{Embed(Stackless)}}}""");

        var plan = Declare().Reconcile();
        Assert.Equal(["create net1 < create a"], plan.Order());
        Assert.Equal(DiagnosticCodes.AmbiguousReference, Declare().Declare("net1").Wrong().Code);
        Assert.Equal(RejectionCodes.ReferencedResourcesNotFound, new Scenario().GivenTarget().DeclareStack().Declare("a", $$"""{"Name":"a","Cidr":{{Embed(Stackless)}}}""").Refused().Code);
    }

    [Theory]
    [InlineData("""{"Name":"a","Cidr":EMBED}""", "Resources[1].Properties.Cidr")]
    [InlineData("""{"Name":"a","Tags":[{"Key":"k","Value":EMBED}]}""", "Resources[1].Properties.Tags[0].Value")]
    public void F013_a_secret_in_text_is_refused_however_it_is_known_to_be_one(string properties, string path)
    {
        string[] secrets =
        [
            """{"$res":true,"$label":"net1","$type":"DEMO::Net::Vnet","$stack":"web","$property":"Cidr","$visibility":"Opaque"}""",
            """{"$value":"x","$visibility":"Opaque"}""",
            Reference("net1", "Secret"),
        ];
        foreach (var secret in secrets)
        {
            var wrong = new Scenario().GivenTarget().DeclareStack().Declare("net1").Declare("a", properties.Replace("EMBED", Embed(secret), StringComparison.Ordinal)).Wrong();
            Assert.Equal((DiagnosticCodes.UnsupportedEmbed, path), (wrong.Code, wrong.Path));
        }

        // What is stored as a secret is one, whatever the schema says.
        var stored = new Scenario().Given("net1", """{"Name":"n","Cidr":{"$value":"aa","$visibility":"Opaque","$hashed":true}}""", stack: "base").GivenStack()
            .Declare("pad").Declare("a", properties.Replace("EMBED", Embed(Reference("net1", "Cidr", stack: "base")), StringComparison.Ordinal)).Wrong();
        Assert.Equal(DiagnosticCodes.UnsupportedEmbed, stored.Code);
    }

    [Theory]
    [InlineData("a \\u001E b"), InlineData("a \\u001F b"), InlineData("\\u001E!!\\u001F"), InlineData("\\u001Ee30=\\u001F")]
    public void Marks_of_references_that_do_not_fit_are_wrong(string template) =>
        Assert.Equal(DiagnosticCodes.InvalidTemplate, new Scenario().GivenTarget().DeclareStack().Declare("a", $$"""{"Name":"a","Cidr":{"$embed":true,"$template":"{{template}}"} }""").Wrong().Code);

    [Fact]
    public void A_property_that_an_existing_producer_does_not_have_is_wrong_and_one_that_it_returns_is_not()
    {
        Scenario To(string property) => new Scenario().Given("net1", stack: "base", readOnly: """{"Endpoint":{"Url":"u"}}""").GivenStack().Declare("a", $$"""{"Name":"a","Peer":{{Reference("net1", property, stack: "base")}}}""");

        Assert.True(To("Endpoint.Url").Reconcile().ChangesRequired);
        Assert.True(To("Cidr").Reconcile().ChangesRequired);
        var wrong = To("Endpiont.Url").Wrong();
        Assert.Equal((DiagnosticCodes.UnknownProperty, "Resources[0].Properties.Peer"), (wrong.Code, wrong.Path));
        Assert.Contains("Did you mean 'Endpoint'?", wrong.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_producer_that_does_not_exist_yet_only_what_looks_like_a_slip_is_pointed_out()
    {
        Plan To(string property) => new Scenario().GivenTarget().DeclareStack().Declare("net1").Declare("a", $$"""{"Name":"a","Peer":{{Reference("net1", property)}}}""").Reconcile();

        Assert.Empty(To("Id").Warnings);
        Assert.Empty(To("Endpoint").Warnings);
        Assert.Contains("Did you mean 'Attached'?", Assert.Single(To("Atached").Warnings).Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Needs_names_what_is_referred_to_by_each_of_its_names()
    {
        var needs = Planner.Needs(CommandKind.Apply, new Scenario().Declare("a", $$"""
            {"Name":"a","Peer":{"$ref":"formae://{{IdOf("x")}}#/Id"},"Cidr":{"$ref":"formae://vnet.net.demo/base/net1#/Id"},
             "Runtime":{"$res":true,"$label":"db","$stack":"far","$property":"Id",{{Written}}},"Attached":{{Short("here")}}}
            """).Forma);

        Assert.Equal([IdOf("x")], needs.Ksuids);
        Assert.Equal([new ResourceKey("base", Vnet, "net1")], needs.Resources);
        Assert.Equal([("far", "db")], needs.Labels);
        Assert.Contains(new ResourceKey(Stack.Unmanaged, Vnet, "net1"), needs.Adoptable);
    }

    [Fact]
    public void F062_an_alias_that_is_claimed_twice_is_its_own_or_stands_for_nothing_is_refused()
    {
        Assert.Equal("Resources[1].Alias", PlaceOf(new Scenario().Given("old").Declare("a", alias: "old").Declare("b", alias: "old")));
        Assert.Equal("Resources[1].Alias", PlaceOf(new Scenario().Given("old").Declare("old").Declare("b", alias: "old")));
        Assert.Equal("Resources[0].Alias", PlaceOf(new Scenario().Given("a").Declare("a", alias: "a")));
        Assert.Equal("Resources[1].Alias", PlaceOf(new Scenario().Given("old").Declare("old").Declare("a", alias: "gone")));

        static string PlaceOf(Scenario scenario)
        {
            var wrong = scenario.Wrong();
            Assert.Equal(DiagnosticCodes.InvalidAlias, wrong.Code);
            return wrong.Path;
        }
    }

    [Fact]
    public void An_alias_counts_only_where_the_label_itself_has_no_row()
    {
        var plan = new Scenario().Given("old").Given("new").Declare("new", alias: "old").Reconcile();

        Assert.Equal(["delete old"], plan.Operations());
    }

    private static string Stackless => """{"$res":true,"$label":"net1","$type":"DEMO::Net::Vnet","$property":"Id"}""";

    private static string Short(string label) => $$"""{"$res":true,"$label":"{{label}}","$property":"Id",{{Written}}}""";

    private static string Embed(string envelope) => $$"""{"$embed":true,"$template":"to \u001E{{Convert.ToBase64String(Encoding.UTF8.GetBytes(envelope))}}\u001F!"}""";
}
