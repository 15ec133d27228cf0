using Formae.Engine.Planning;
using Formae.Model;

namespace Formae.Engine.Tests.Planning;

public sealed class ApplyTests
{
    [Fact]
    public void What_is_new_is_created_with_its_stack_and_target()
    {
        var plan = new Scenario().DeclareStack().DeclareTarget().Declare("net1").Reconcile();

        Assert.Equal(["create net1"], plan.Operations());
        var update = plan.Resources[0];
        Assert.Equal($"{update.Resource.Ksuid}/create", update.Node);
        Assert.True(update.Resource.Managed);
        Assert.NotNull(update.Resource.Schema);
        Assert.Equal(StackOperation.Create, Assert.Single(plan.Stacks).Operation);
        Assert.Equal(TargetOperation.Create, Assert.Single(plan.Targets).Operation);
        Assert.Equal(["create target eu < create net1"], plan.Order());
    }

    [Fact]
    public void What_is_as_declared_needs_nothing()
    {
        var plan = new Scenario().Given("net1", """{"Name":"n","Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]}""")
            .DeclareStack().DeclareTarget().Declare("net1", """{"Tags":[{"Value":"2","Key":"b"},{"Key":"a","Value":"1"}],"Name":"n","Cidr":""}""").Reconcile();

        Assert.False(plan.ChangesRequired);
    }

    [Fact]
    public void A_changed_field_is_an_update_that_keeps_identity_and_what_nobody_mentioned()
    {
        var plan = new Scenario().Given("net1", """{"Name":"n","Cidr":"10.0.0.0/8","Peer":"p"}""").Declare("net1", """{"Name":"n","Cidr":"10.1.0.0/16"}""").Reconcile();

        var update = plan.Of("net1", ResourceOperation.Update);
        Assert.Equal("""[{"op":"replace","path":"/Cidr","value":"10.1.0.0/16"}]""", update.Patch!.Value.GetRawText());
        Assert.Equal(Scenario.IdOf("net1"), update.Resource.Ksuid);
        Assert.Equal("native-net1", update.Resource.NativeId);
        Assert.Equal("v1", update.Resource.Version);
        Assert.Equal("""{"Name":"n","Cidr":"10.1.0.0/16","Peer":"p"}""", update.Resource.Properties!.Value.GetRawText());
    }

    [Fact]
    public void A_change_of_a_create_only_field_is_a_replace()
    {
        var plan = new Scenario().Given("net1").Declare("net1", """{"Name":"m"}""").Reconcile();

        Assert.Equal(["delete net1", "create net1"], plan.Operations());
        Assert.Equal(["delete net1 < create net1"], plan.Order());
        Assert.NotNull(plan.Resources[0].GroupId);
        Assert.Equal(plan.Resources[0].GroupId, plan.Resources[1].GroupId);
        Assert.Equal("""[{"op":"replace","path":"/Name","value":"m"}]""", plan.Resources[0].CreateOnlyPatch!.Value.GetRawText());
        Assert.Null(plan.Resources[1].Resource.NativeId);
    }

    [Fact]
    public void Reconcile_deletes_what_the_document_no_longer_has_and_patch_does_not()
    {
        Scenario Stored() => new Scenario().Given("net1").Given("net2").Given("other", stack: "app").Declare("net1");

        Assert.Equal(["delete net2"], Stored().Reconcile().Operations());
        Assert.False(Stored().Patch().ChangesRequired);
    }

    [Fact]
    public void A_stack_that_is_merely_declared_is_not_emptied() =>
        Assert.False(new Scenario().Given("net1").DeclareStack().Reconcile().ChangesRequired);

    [Fact]
    public void A_resource_without_stack_and_target_takes_the_first_declared()
    {
        var plan = new Scenario().DeclareStack("one").DeclareTarget("t1").Declare("net1", stack: "", target: "").Reconcile();

        Assert.Equal(("one", "t1"), (plan.Resources[0].Resource.Stack, plan.Resources[0].Resource.Target));
    }

    [Fact]
    public void A_move_to_another_target_is_a_replace()
    {
        var plan = new Scenario().GivenTarget("us").Given("net1").Declare("net1", target: "us").Reconcile();

        Assert.Equal(["delete net1", "create net1"], plan.Operations());
        Assert.Equal(["eu", "us"], plan.Resources.Select(update => update.Resource.Target));
    }

    [Fact]
    public void F061_an_alias_renames_and_keeps_the_identity()
    {
        var plan = new Scenario().Given("old").Declare("new", alias: "old").Reconcile();

        var update = plan.Of("new", ResourceOperation.Update);
        Assert.Equal(Scenario.IdOf("old"), update.Resource.Ksuid);
        Assert.Equal("old", update.OldLabel);
        Assert.Equal("[]", update.Patch!.Value.GetRawText());
    }

    [Fact]
    public void F064_what_was_discovered_is_adopted_under_its_identity()
    {
        var plan = new Scenario().GivenStack().Given("net1", stack: Stack.Unmanaged).Declare("net1").Reconcile();

        var update = plan.Of("net1", ResourceOperation.Update);
        Assert.Equal((Scenario.IdOf("net1"), Stack.Unmanaged, "web"), (update.Resource.Ksuid, update.OldStack, update.Resource.Stack));
    }

    [Fact]
    public void F065_what_was_discovered_under_another_label_is_adopted_by_its_alias()
    {
        var update = new Scenario().GivenStack().Given("i-123", stack: Stack.Unmanaged).Declare("net1", alias: "i-123").Reconcile().Of("net1", ResourceOperation.Update);

        Assert.Equal((Scenario.IdOf("i-123"), "i-123", Stack.Unmanaged), (update.Resource.Ksuid, update.OldLabel, update.OldStack));
        Assert.Equal("[]", update.Patch!.Value.GetRawText());
    }

    [Theory]
    [InlineData(ApplyMode.Reconcile)]
    [InlineData(ApplyMode.Patch)]
    public void What_was_discovered_elsewhere_is_not_taken_for_it(ApplyMode mode)
    {
        var scenario = new Scenario().GivenStack().GivenTarget("us").Given("net1", stack: Stack.Unmanaged).Declare("net1", target: "us");

        Assert.Equal(["create net1"], (mode == ApplyMode.Reconcile ? scenario.Reconcile() : scenario.Patch()).Operations());
    }

    [Fact]
    public void F063_a_new_label_without_an_alias_is_another_resource()
    {
        var plan = new Scenario().Given("old").Declare("new").Reconcile();

        Assert.Equal(["create new", "delete old"], plan.Operations());
        Assert.NotEqual(plan.Resources[0].Resource.Ksuid, plan.Resources[1].Resource.Ksuid);
    }

    [Fact]
    public void F066_another_target_is_another_object_under_the_same_identity()
    {
        var plan = new Scenario().GivenTarget("us").Given("net1").Declare("net1", target: "us").Reconcile();

        Assert.Equal(["delete net1 < create net1"], plan.Order());
        Assert.Equal((plan.Resources[0].GroupId, plan.Resources[0].Resource.Ksuid), (plan.Resources[1].GroupId, plan.Resources[1].Resource.Ksuid));
        Assert.Null(plan.Resources[1].Resource.NativeId);
    }

    [Fact]
    public void Descriptions_of_stacks_are_authoritative_and_an_absent_one_clears()
    {
        Assert.Equal(StackOperation.Update, Assert.Single(new Scenario().GivenStack("web", "a").DeclareStack("web", "b").Reconcile().Stacks).Operation);
        Assert.Equal(StackOperation.Update, Assert.Single(new Scenario().GivenStack("web", "a").DeclareStack("web").Reconcile().Stacks).Operation);
        Assert.Empty(new Scenario().GivenStack("web", "a").DeclareStack("web", "a").Reconcile().Stacks);
    }

    [Fact]
    public void The_same_request_gives_the_same_plan()
    {
        var scenario = new Scenario().Given("gone").Given("net1").DeclareStack("web", "d").Declare("net1", """{"Name":"m"}""").Declare("net2", $$"""{"Name":"n","Peer":{{Scenario.Reference("net1")}}}""");

        Assert.Equal(Text(scenario.Reconcile()), Text(scenario.Reconcile()));

        static string Text(Plan plan) => System.Text.Json.JsonSerializer.Serialize(plan);
    }
}
