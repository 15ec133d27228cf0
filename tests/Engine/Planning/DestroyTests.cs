using Formae.Engine.Planning;
using Formae.Model;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

public sealed class DestroyTests
{
    private static Scenario NetAndSubnet() => new Scenario().Given("net1").Given("s1", $$"""{"Name":"s","NetId":{{Stored("net1")}} }""", Subnet, stack: "app");

    [Fact]
    public void What_is_named_is_deleted_and_nothing_else()
    {
        var plan = new Scenario().Given("net1").Given("net2").Declare("net1").Declare("never-was").Destroy();

        Assert.Equal(["delete net1"], plan.Operations());
        Assert.Empty(plan.Targets);
        Assert.Empty(plan.Stacks);
    }

    [Fact]
    public void What_is_gone_needs_nothing() => Assert.False(new Scenario().GivenStack().Declare("net1").Destroy().ChangesRequired);

    [Fact]
    public void References_of_the_document_are_not_looked_at() =>
        Assert.Equal(["delete net1"], new Scenario().Given("net1").Declare("net1", $$"""{"Name":"n","Peer":{{Reference("gone")}},"Unknown":1}""").Destroy().Operations());

    [Fact]
    public void Dependents_outside_of_the_request_refuse_it()
    {
        var request = NetAndSubnet().Declare("net1").Request(CommandKind.Destroy, ApplyMode.Patch);
        var refused = Assert.IsType<PlanOutcome.Rejected>(Planner.Plan(request));

        Assert.Equal(RejectionCodes.ResourceHasDependents, refused.Code);
        Assert.Equal("""{"Dependents":[{"ResourceLabel":"s1","ResourceType":"DEMO::Net::Subnet","Stack":"app","CascadeSource":"net1"}]}""", refused.Data!.Value.GetRawText());
    }

    [Fact]
    public void F082_a_cascade_takes_dependents_and_theirs_in_order()
    {
        var plan = NetAndSubnet().Given("deep", $$"""{"Name":"d","Peer":{{Stored("s1")}} }""").Declare("net1").Destroy(OnDependents.Cascade);

        Assert.Equal(["delete net1", "delete s1", "delete deep"], plan.Operations());
        Assert.Equal([(false, null), (true, "net1"), (true, "s1")], plan.Resources.Select(update => (update.IsCascade, update.CascadeSource)));
        Assert.Equal(["delete deep < delete s1", "delete s1 < delete net1"], plan.Order());
    }

    [Fact]
    public void A_simulation_shows_the_cascade_without_being_asked() => Assert.Equal(["delete net1", "delete s1"], NetAndSubnet().Declare("net1").Destroy(simulate: true).Operations());

    [Fact]
    public void What_is_unmanaged_is_no_dependent() =>
        Assert.Equal(["delete net1"], new Scenario().Given("net1").Given("u", $$"""{"Name":"s","Peer":{{Stored("net1")}} }""", stack: Stack.Unmanaged).Declare("net1").Destroy().Operations());

    [Fact]
    public void Circles_of_dependents_end()
    {
        var plan = new Scenario().Given("a", $$"""{"Name":"a","Attached":{{Stored("b")}} }""").Given("b", $$"""{"Name":"b","Peer":{{Stored("a")}} }""").Declare("a").Declare("b");

        // Each waits for the other, which planning says instead of hanging later.
        Assert.Equal(["delete a", "delete b"], [.. plan.Destroy().Operations()]);
    }

    [Fact]
    public void A_document_of_targets_alone_takes_what_is_on_them()
    {
        var plan = new Scenario().Given("net1").Given("other", target: "us").DeclareTarget().Destroy(OnDependents.Cascade);

        Assert.Equal(["delete net1"], plan.Operations());
        Assert.Equal((true, "eu"), (plan.Resources[0].IsCascade, plan.Resources[0].CascadeSource));
        Assert.Equal(["delete net1 < delete target eu"], plan.Order());
    }

    [Fact]
    public void F083_unmanaged_resources_on_a_destroyed_target_are_forgotten_without_a_call()
    {
        var plan = new Scenario().Given("net1").Given("seen", stack: Stack.Unmanaged).Given("elsewhere", target: "us", stack: Stack.Unmanaged).DeclareTarget().Destroy();

        Assert.Equal(["delete net1"], plan.Operations());
        Assert.Equal(["seen"], plan.Forgotten.Select(resource => resource.Label));
    }

    [Fact]
    public void A_target_beside_resources_stays_unless_it_is_made_from_resources()
    {
        Assert.Empty(new Scenario().Given("net1").Declare("net1").DeclareTarget().Destroy().Targets);

        var plan = new Scenario().Given("net1").GivenTarget("k8s", $$"""{"Url":{{Stored("net1")}} }""").Given("pod", target: "k8s").Declare("net1").Declare("pod", target: "k8s").DeclareTarget("k8s").Destroy();
        Assert.Equal(["delete pod < delete target k8s", "delete target k8s < delete net1"], plan.Order());
    }

    [Fact]
    public void A_target_made_from_what_goes_is_a_dependent()
    {
        Scenario Given() => new Scenario().Given("net1").GivenTarget("k8s", $$"""{"Url":{{Stored("net1")}} }""").Declare("net1");

        var refused = Assert.IsType<PlanOutcome.Rejected>(Planner.Plan(Given().Request(CommandKind.Destroy, ApplyMode.Patch)));
        Assert.Equal((RejectionCodes.TargetHasDependents, """{"Dependents":[{"TargetLabel":"k8s","CascadeSource":"net1"}]}"""), (refused.Code, refused.Data!.Value.GetRawText()));
        var plan = Given().Given("pod", target: "k8s").Destroy(OnDependents.Cascade);
        Assert.Equal(["delete pod < delete target k8s", "delete target k8s < delete net1"], plan.Order());
    }

    [Fact]
    public void Needs_of_a_destroy_are_rows_and_dependents()
    {
        var needs = Planner.Needs(CommandKind.Destroy, new Scenario().DeclareTarget("t").Declare("net1").Forma);

        Assert.Equal([new ResourceKey("web", Vnet, "net1")], needs.Resources);
        Assert.Equal(["t"], needs.ResourcesOnTargets);
        Assert.True(needs.Dependents);
        Assert.Empty(needs.Stacks);
    }
}
