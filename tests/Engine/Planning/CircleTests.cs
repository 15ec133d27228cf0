using Formae.Engine.Planning;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

/// <summary>Resources that came to refer to each other over several commands.</summary>
public sealed class CircleTests
{
    private static Scenario AAndB() => new Scenario().Given("a", $$"""{"Name":"a","Peer":{{Stored("b")}} }""").Given("b", $$"""{"Name":"b","Peer":{{Stored("a")}} }""");

    [Fact]
    public void A_circle_is_destroyed_by_letting_one_go_first()
    {
        var plan = AAndB().Declare("a").Declare("b").Destroy();

        Assert.Equal(["delete a", "delete b"], plan.Operations());
        Assert.Single(plan.Order());
        Assert.Contains("depend on each other in a circle", Assert.Single(plan.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public void The_edge_of_a_field_that_could_be_changed_is_the_one_that_is_given_up()
    {
        var plan = new Scenario().Given("p", $$"""{"Name":"p","NetId":{{Stored("a")}} }""", Port).Given("a", $$"""{"Name":"a","Peer":{{Stored("p")}} }""").Given("keep").Declare("keep").Reconcile();

        Assert.Equal(["delete p < delete a"], plan.Order());
    }

    [Fact]
    public void Many_circles_are_broken_each_by_itself()
    {
        var scenario = new Scenario();
        for (var i = 100; i < 300; i++)
            scenario.Given($"a{i}", $$"""{"Name":"a","Peer":{{Stored($"b{i}")}} }""").Given($"b{i}", $$"""{"Name":"b","Peer":{{Stored($"a{i}")}} }""").Declare($"a{i}").Declare($"b{i}");

        var plan = scenario.Destroy();

        Assert.Equal((200, 200), (plan.Notices.Count, plan.Order().Count()));
    }

    [Fact]
    public void Who_is_replaced_in_a_circle_does_not_wait_for_the_update_that_it_causes()
    {
        var plan = AAndB().Declare("a", $$"""{"Name":"other","Peer":{{Reference("b")}} }""").Patch();

        Assert.Equal(["delete a", "create a", "update b"], plan.Operations());
        Assert.Equal(["create a < update b", "delete a < create a"], plan.Order());
    }

    [Fact]
    public void F091_a_circle_of_new_resources_is_refused() =>
        Assert.Equal(RejectionCodes.CyclesDetected, new Scenario().GivenTarget().DeclareStack()
            .Declare("a", $$"""{"Name":"a","Peer":{{Reference("b")}} }""").Declare("b", $$"""{"Name":"b","Peer":{{Reference("a")}} }""").Refused().Code);
}
