using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

public sealed class RefusalTests
{
    [Fact]
    public void A_stack_that_is_neither_declared_nor_known_is_refused()
    {
        var refused = new Scenario().GivenTarget().GivenStack("web").Declare("net1", stack: "wbe").Refused();

        Assert.Equal((RejectionCodes.StackReferenceNotFound, "wbe"), (refused.Code, refused.Data!.Value.GetProperty("StackLabel").GetString()));
        Assert.Contains("Did you mean 'web'?", refused.Diagnostics[0].Summary, StringComparison.Ordinal);
        Assert.Equal("Resources[0].Stack", refused.Diagnostics[0].Path);
    }

    [Fact]
    public void A_target_that_is_neither_declared_nor_known_is_refused()
    {
        var refused = new Scenario().DeclareStack().Declare("net1", target: "mars").Refused();

        Assert.Equal((RejectionCodes.TargetReferenceNotFound, "mars"), (refused.Code, refused.Data!.Value.GetProperty("TargetLabel").GetString()));
    }

    [Fact]
    public void A_patch_of_a_stack_that_does_not_exist_is_refused()
    {
        var refused = new Scenario().DeclareStack("web", "d").GivenTarget().Declare("net1").Refused(ApplyMode.Patch);

        Assert.Equal(RejectionCodes.PatchRejected, refused.Code);
        Assert.Equal("""{"UnknownStacks":[{"Label":"web","Description":"d"}]}""", refused.Data!.Value.GetRawText());
    }

    [Theory]
    [InlineData(ApplyMode.Reconcile), InlineData(ApplyMode.Patch)]
    public void A_new_stack_without_resources_is_refused(ApplyMode mode) =>
        Assert.Equal("""{"EmptyStacks":["web"]}""", new Scenario().DeclareStack().Refused(mode).Data!.Value.GetRawText());

    [Fact]
    public void A_create_without_a_field_that_every_object_has_is_refused()
    {
        var refused = new Scenario().DeclareStack().GivenTarget().Declare("net1", """{"Name":"n","Tags":[{"Key":""},{"Value":"v"}]}""").Refused();

        Assert.Equal("""["Tags[1].Key"]""", refused.Data!.Value.GetProperty("MissingFields").GetRawText());
    }

    [Fact]
    public void A_create_without_a_field_that_it_needs_is_refused()
    {
        var refused = new Scenario().DeclareStack().GivenTarget().Declare("a").Declare("net1", """{"Name":"","Cidr":"c"}""").Declare("b", "{}").Refused();

        Assert.Equal("""{"MissingFields":["Name"],"Stack":"web","Label":"net1","Type":"DEMO::Net::Vnet"}""", refused.Data!.Value.GetRawText());
        Assert.Equal(["Resources[1].Properties", "Resources[2].Properties"], refused.Diagnostics.Select(diagnostic => diagnostic.Path));
    }

    [Fact]
    public void An_update_without_a_field_that_only_a_create_needs_is_no_mistake() =>
        Assert.Equal(["update net1"], new Scenario().Given("net1").Declare("net1", """{"Cidr":"c"}""").Reconcile().Operations());

    [Fact]
    public void A_target_keeps_its_namespace()
    {
        var refused = new Scenario().GivenTarget().DeclareTarget(@namespace: "OTHER").Refused();

        Assert.Equal(RejectionCodes.TargetAlreadyExists, refused.Code);
        Assert.Equal("""{"TargetLabel":"eu","MismatchType":"namespace","ExistingNamespace":"DEMO","FormaNamespace":"OTHER"}""", refused.Data!.Value.GetRawText());
    }

    [Fact]
    public void A_config_field_with_a_mutable_hint_can_change()
    {
        var schema = new ConfigSchema { Hints = new Dictionary<string, ConfigHint> { ["Region"] = new() } };
        var plan = new Scenario().GivenTarget(schema: schema).DeclareTarget(config: """{"Region":"us-1"}""", schema: schema).Reconcile();

        var update = Assert.Single(plan.Targets);
        Assert.Equal((TargetOperation.Update, "target://eu/update"), (update.Operation, update.Node));
    }

    [Fact]
    public void An_unchanged_target_needs_nothing() =>
        Assert.False(new Scenario().GivenTarget(config: """{"a":1,"b":[]}""").DeclareTarget(config: """{"b":null,"a":1.0}""").Reconcile().ChangesRequired);

    [Fact]
    public void Every_code_is_one_that_the_error_responses_know()
    {
        var known = Constants(typeof(ErrorCodes));

        Assert.All(Constants(typeof(RejectionCodes)), code => Assert.Contains(code, known));
    }

    [Fact]
    public void An_unknown_type_suggests_one_that_exists()
    {
        var wrong = new Scenario().GivenTarget().DeclareStack().Declare("a", type: "DEMO::Net::Vnte").Wrong();

        Assert.Equal((DiagnosticCodes.UnknownResourceType, "Resources[0].Type"), (wrong.Code, wrong.Path));
        Assert.Contains("Did you mean 'DEMO::Net::Vnet'?", wrong.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_namespace_without_plugin_is_told_from_an_unknown_type()
    {
        var wrong = new Scenario().DeclareTarget("t", @namespace: "NOBODY").DeclareStack().Declare("a", type: "NOBODY::Net::Vnet", target: "t").Wrong();

        Assert.Equal(DiagnosticCodes.UnknownNamespace, wrong.Code);
    }

    [Fact]
    public void A_target_of_another_namespace_is_wrong() =>
        Assert.Equal(DiagnosticCodes.TargetNamespaceMismatch, new Scenario().DeclareTarget("t", @namespace: "OTHER").DeclareStack().Declare("a", target: "t").Wrong().Code);

    [Fact]
    public void An_unknown_property_is_wrong_and_suggests_the_right_one()
    {
        var wrong = new Scenario().GivenTarget().DeclareStack().Declare("a", """{"Name":"n","Cdir":"c"}""").Wrong();

        Assert.Equal((Severity.Error, DiagnosticCodes.UnknownProperty, "Resources[0].Properties.Cdir"), (wrong.Severity, wrong.Code, wrong.Path));
        Assert.Contains("Did you mean 'Cidr'?", wrong.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Name":7}""", "Name", "'Name' of DEMO::Net::Vnet must be a string; it is a number.")]
    [InlineData("""{"Name":"n","Tags":{}}""", "Tags", "'Tags' of DEMO::Net::Vnet must be an array; it is an object.")]
    [InlineData("""{"Name":"n","Tags":[{},"x"]}""", "Tags[1]", "'Tags' of DEMO::Net::Vnet must be an object; it is a string.")]
    [InlineData("""{"Name":{"$value":7,"$visibility":"Clear"}}""", "Name", "'Name' of DEMO::Net::Vnet must be a string; it is a number.")]
    public void A_wrong_JSON_type_is_named_where_it_is(string properties, string path, string summary)
    {
        var wrong = new Scenario().GivenTarget().DeclareStack().Declare("a", properties).Wrong();

        Assert.Equal((DiagnosticCodes.WrongPropertyType, "Resources[0].Properties." + path, summary), (wrong.Code, wrong.Path, wrong.Summary));
    }

    [Fact]
    public void Envelopes_and_nulls_are_accepted_where_a_string_is_wanted() =>
        Assert.True(new Scenario().GivenTarget().DeclareStack().Declare("p").Declare("a", $$"""{"Name":{"$value":"n"},"Cidr":{{Reference("p")}},"Tags":null}""").Reconcile().ChangesRequired);

    [Fact]
    public void No_secret_is_in_a_message_a_patch_or_a_diagnostic()
    {
        var scenario = new Scenario().Given("net1", $$"""{"Name":"n","Secret":{"$value":"{{SecretValues.Digest(Json("\"old\""))}}","$visibility":"Opaque","$hashed":true} }""")
            .Declare("net1", """{"Name":"m","Secret":"hunter2"}""");

        Assert.All(scenario.Reconcile().Resources, update => Assert.DoesNotContain("hunter2", $"{update.Patch}{update.CreateOnlyPatch}", StringComparison.Ordinal));
        var wrong = new Scenario().GivenTarget().DeclareStack().Declare("a", """{"Name":{"$value":{"x":"hunter2"},"$visibility":"Opaque"},"Secrte":"hunter2"}""").Outcome();
        Assert.All(Assert.IsType<PlanOutcome.Invalid>(wrong).Diagnostics, diagnostic => Assert.DoesNotContain("hunter2", $"{diagnostic}{diagnostic.Detail}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x", "net1", "net1", DiagnosticCodes.InvalidAlias)]
    [InlineData("x", "net1", "gone", DiagnosticCodes.InvalidAlias)]
    public void An_alias_that_cannot_be_is_wrong(string stored, string label, string alias, string code) =>
        Assert.Equal(code, new Scenario().Given(stored).Declare(label, alias: alias).Wrong().Code);

    [Fact]
    public void Two_cannot_stand_for_one() =>
        Assert.Equal(DiagnosticCodes.InvalidAlias, new Scenario().Given("old").Declare("a", alias: "old").Declare("b", alias: "old").Wrong().Code);

    [Fact]
    public void A_resource_twice_is_wrong_also_when_the_stack_is_the_first_by_default() =>
        Assert.Equal(DiagnosticCodes.DuplicateResource, new Scenario().GivenTarget().DeclareStack().Declare("a").Declare("a", stack: "").Wrong().Code);

    [Fact]
    public void A_resource_without_any_stack_or_in_the_reserved_one_is_wrong()
    {
        Assert.Equal(DiagnosticCodes.MissingStack, new Scenario().GivenTarget().Declare("a", stack: "").Wrong().Code);
        Assert.Equal(DiagnosticCodes.ReservedStack, new Scenario().GivenTarget().Declare("a", stack: Stack.Unmanaged).Wrong().Code);
        Assert.Equal(DiagnosticCodes.MissingTarget, new Scenario().DeclareStack().Declare("a", target: "").Wrong().Code);
    }

    internal static IReadOnlyList<string> Constants(Type type) => [.. type.GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];
}
