using Formae.Engine.Planning;
using Formae.Model;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

public sealed class ReferenceTests
{
    [Fact]
    public void A_reference_orders_the_consumer_after_the_producer_and_is_kept_in_stored_form()
    {
        var plan = new Scenario().GivenTarget().DeclareStack().Declare("s1", $$"""{"Name":"s","NetId":{{Reference("net1")}}}""", Subnet).Declare("net1").Reconcile();

        Assert.Equal(["create net1 < create s1"], plan.Order());
        var consumer = plan.Of("s1", ResourceOperation.Create);
        var producer = plan.Of("net1", ResourceOperation.Create).Resource.Ksuid!;
        Assert.Equal($$"""{"Name":"s","NetId":{"$ref":"formae://{{producer}}#/Id"} }""".Replace(" ", "", StringComparison.Ordinal), consumer.Resource.Properties!.Value.GetRawText());
        Assert.Equal("net1", consumer.ReferenceLabels[producer]);
    }

    [Fact]
    public void A_producer_outside_of_the_plan_is_referred_to_and_not_waited_for()
    {
        var plan = new Scenario().Given("net1", stack: "base").GivenStack().Declare("s1", $$"""{"Name":"s","NetId":{{Reference("net1", stack: "base")}}}""", Subnet).Reconcile();

        Assert.Empty(plan.Order());
        Assert.Contains($"formae://{IdOf("net1")}#/Id", plan.Resources[0].Resource.Properties!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unchanged_reference_is_no_change_whatever_its_value() =>
        Assert.False(new Scenario().Given("net1").Given("s1", $$"""{"Name":"s","NetId":{{Stored("net1", "vnet-9")}}}""", Subnet)
            .Declare("net1").Declare("s1", $$"""{"Name":"s","NetId":{{Reference("net1")}}}""", Subnet).Reconcile().ChangesRequired);

    [Fact]
    public void A_reference_whose_field_drifted_in_the_cloud_is_restored()
    {
        var drifted = $$"""{"$ref":"formae://{{IdOf("net1")}}#/Id","$value":"vnet-7"}""";
        var plan = new Scenario().Given("net1").Given("s1", $$"""{"Name":"s","NetId":{{drifted}}}""", Subnet)
            .Declare("net1").Declare("s1", $$"""{"Name":"s","NetId":{{Reference("net1")}}}""", Subnet).Reconcile();

        Assert.Equal(["update s1"], plan.Operations());
    }

    [Fact]
    public void All_missing_producers_are_named_at_once()
    {
        var refused = new Scenario().GivenTarget().DeclareStack()
            .Declare("a", $$"""{"Name":"a","Peer":{{Reference("gone1")}}}""")
            .Declare("b", $$"""{"Name":"b","Peer":{{Reference("gone2")}},"Cidr":{{Reference("gone1")}}}""").Refused();

        Assert.Equal(RejectionCodes.ReferencedResourcesNotFound, refused.Code);
        Assert.Equal(["gone1", "gone2"], refused.Data!.Value.GetProperty("MissingResources").EnumerateArray().Select(missing => missing.GetProperty("Label").GetString()));
        Assert.Equal("Resources[0].Properties.Peer", refused.Diagnostics[0].Path);
    }

    [Fact]
    public void What_this_command_deletes_cannot_be_referred_to()
    {
        var refused = new Scenario().Given("net1").Declare("s1", $$"""{"Name":"s","NetId":{{Reference("net1")}}}""", Subnet).Refused();

        Assert.Equal(RejectionCodes.ReferencedResourcesNotFound, refused.Code);
        Assert.Contains("deleted by this very command", refused.Diagnostics[0].Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_is_refused_by_name()
    {
        var refused = new Scenario().GivenTarget().DeclareStack()
            .Declare("a", $$"""{"Name":"a","Peer":{{Reference("b")}}}""").Declare("b", $$"""{"Name":"b","Peer":{{Reference("a")}}}""").Refused();

        Assert.Equal(RejectionCodes.CyclesDetected, refused.Code);
        Assert.Equal(["Resources[0].Properties.Peer", "Resources[1].Properties.Peer"], refused.Diagnostics.Select(diagnostic => diagnostic.Path).Order(StringComparer.Ordinal));
        Assert.Contains("web/DEMO::Net::Vnet/a → web/DEMO::Net::Vnet/b → web/DEMO::Net::Vnet/a", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_resource_that_refers_to_itself_is_a_circle()
    {
        var refused = new Scenario().GivenTarget().DeclareStack().Declare("a", $$"""{"Name":"a","Peer":{{Reference("a")}}}""").Refused();

        Assert.Equal(RejectionCodes.CyclesDetected, refused.Code);
        Assert.Equal("Resources[0].Properties.Peer", Assert.Single(refused.Diagnostics).Path);
        Assert.Contains("Take the reference out.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_stack_without_resources_is_pointed_at()
    {
        var refused = new Scenario().DeclareStack().Refused();

        Assert.Equal((RejectionCodes.EmptyStackRejected, "Stacks[0].Label"), (refused.Code, Assert.Single(refused.Diagnostics).Path));
    }

    [Fact]
    public void F088_deletes_run_from_consumer_to_producer() =>
        Assert.Equal(["delete s1 < delete net1"], new Scenario().Given("net1").Given("s1", $$"""{"Name":"s","NetId":{{Stored("net1")}}}""", Subnet).Given("keep").Declare("keep").Reconcile().Order());

    [Fact]
    public void F089_an_attachment_is_deleted_after_what_it_is_attached_to() =>
        Assert.Equal(["delete net1 < delete att"], new Scenario().Given("net1").Given("att", $$"""{"Name":"a","Attached":{{Stored("net1")}}}""").Given("keep").Declare("keep").Reconcile().Order());

    [Fact]
    public void An_attachment_is_created_after_what_it_is_attached_to() =>
        Assert.Equal(["create net1 < create att"], new Scenario().GivenTarget().DeclareStack().Declare("att", $$"""{"Name":"a","Attached":{{Reference("net1")}}}""").Declare("net1").Reconcile().Order());

    [Fact]
    public void A_runtime_dependency_waits_for_the_children_of_the_producer() =>
        Assert.Equal(
            ["create net1 < create fn", "create net1 < create pool", "create pool < create fn"],
            new Scenario().GivenTarget().DeclareStack().Declare("fn", $$"""{"Name":"f","Runtime":{{Reference("net1")}}}""")
                .Declare("pool", $$"""{"Name":"p","VnetName":{{Reference("net1", "Name")}}}""", Subnet).Declare("net1").Reconcile().Order());

    [Fact]
    public void A_child_that_names_its_parent_by_value_is_waited_for_too() =>
        Assert.Equal(
            ["create net1 < create fn", "create pool < create fn"],
            new Scenario().GivenTarget().DeclareStack().Declare("fn", $$"""{"Name":"f","Runtime":{{Reference("net1")}}}""")
                .Declare("pool", """{"Name":"p","VnetName":"n"}""", Subnet).Declare("net1").Reconcile().Order());

    [Fact]
    public void F090_a_runtime_dependency_goes_first_then_the_children_then_the_producer() =>
        Assert.Equal(
            ["delete fn < delete net1", "delete fn < delete pool", "delete pool < delete net1"],
            new Scenario().Given("net1").Given("fn", $$"""{"Name":"f","Runtime":{{Stored("net1")}}}""")
                .Given("pool", $$"""{"Name":"p","VnetName":{{Stored("net1", "n", "Name")}}}""", Subnet).Given("keep").Declare("keep").Reconcile().Order());

    [Fact]
    public void A_replace_of_the_producer_precedes_the_update_of_its_consumer() =>
        Assert.Equal(
            ["create net1 < update s1", "delete net1 < create net1"],
            new Scenario().Given("net1").Given("s1", $$"""{"Name":"s","NetId":{{Stored("net1")}},"Size":1}""", Subnet)
                .Declare("net1", """{"Name":"m"}""").Declare("s1", $$"""{"Name":"s","NetId":{{Reference("net1")}},"Size":2}""", Subnet).Reconcile().Order());

    [Fact]
    public void A_producer_that_goes_waits_for_the_consumer_that_no_longer_refers_to_it() =>
        Assert.Equal(["update s1 < delete net1"], new Scenario().Given("net1").Given("s1", $$"""{"Name":"s","NetId":{{Stored("net1")}}}""", Subnet).Declare("s1", """{"Name":"s","NetId":"x"}""", Subnet).Reconcile().Order());

    [Fact]
    public void A_target_made_from_a_resource_comes_after_it_and_before_what_is_on_it() =>
        Assert.Equal(
            ["create net1 < create target k8s", "create target k8s < create pod"],
            new Scenario().GivenTarget().DeclareStack().DeclareTarget("k8s", $$"""{"Url":{{Reference("net1", "Endpoint")}}}""").Declare("net1").Declare("pod", target: "k8s").Reconcile().Order());

    [Fact]
    public void A_reference_that_lacks_keys_is_wrong_where_it_stands()
    {
        var wrong = new Scenario().GivenTarget().DeclareStack().Declare("a", """{"Name":"a","Peer":{"$res":true,"$label":"b"}}""").Wrong();

        Assert.Equal((DiagnosticCodes.InvalidReference, "Resources[0].Properties.Peer"), (wrong.Code, wrong.Path));
    }

    [Fact]
    public void Needs_names_stacks_whole_and_the_rest_by_the_row()
    {
        var needs = Planner.Needs(CommandKind.Apply, new Scenario().DeclareStack("idle").DeclareTarget("t").Declare("s1", $$"""{"Name":"s","NetId":{{Reference("net1", stack: "base")}},"Peer":{{Reference("x")}}}""").Forma);

        Assert.Equal(["web"], needs.Stacks);
        Assert.Equal(["idle"], needs.StackRows);
        Assert.Equal([new ResourceKey("base", Vnet, "net1")], needs.Resources);
        Assert.Equal(["eu", "t"], needs.Targets.Order());
        Assert.False(needs.Dependents);
    }
}
