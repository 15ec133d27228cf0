using Formae.Engine.Planning;
using Formae.Model;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

public sealed class DriftTests
{
    private const string Reconciled = """{"Name":"n","Tags":[]}""";
    private const string Modified = """{"Name":"n","Tags":[{"Key":"oob","Value":"1"}]}""";

    [Fact]
    public void F056_what_others_changed_is_told_as_it_was_as_it_is_and_as_a_patch()
    {
        var refused = Drifted().Declare("net1", Reconciled).Refused();

        Assert.Equal(RejectionCodes.ReconcileRejected, refused.Code);
        Assert.Equal(
            """{"ModifiedStacks":{"web":{"ModifiedResources":[{"Stack":"web","Type":"DEMO::Net::Vnet","Label":"net1","Operation":"update","PatchDocument":[{"op":"add","path":"/Tags/0","value":{"Key":"oob","Value":"1"}}],"Properties":{"Name":"n","Tags":[{"Key":"oob","Value":"1"}]},"OldProperties":{"Name":"n","Tags":[]}}]}}}""",
            refused.Data!.Value.GetRawText());
    }

    [Fact]
    public void A_simulation_is_refused_too() =>
        Assert.IsType<PlanOutcome.Rejected>(Planner.Plan(Drifted().Declare("net1", Reconciled).Request(CommandKind.Apply, ApplyMode.Reconcile, simulate: true)));

    [Fact]
    public void F058_a_document_that_says_what_was_done_goes_through_with_new_resources() =>
        Assert.Equal(["create net2"], Drifted().Declare("net1", Modified).Declare("net2").Reconcile().Operations());

    [Fact]
    public void F059_force_overwrites()
    {
        var outcome = Planner.Plan(Drifted().Declare("net1", Reconciled).Request(CommandKind.Apply, ApplyMode.Reconcile, force: true));

        Assert.Equal(["update net1"], Assert.IsType<PlanOutcome.Planned>(outcome).Plan.Operations());
    }

    [Fact]
    public void A_patch_is_never_refused_for_drift() => Assert.Equal(["update net1"], Drifted().Declare("net1", """{"Cidr":"c"}""").Patch().Operations());

    [Fact]
    public void What_others_created_is_not_deleted_unseen()
    {
        var scenario = new Scenario().Given("net1").Given("theirs").GivenModification("theirs", "create", now: """{"Name":"n"}""");

        Assert.Equal(
            """{"ModifiedStacks":{"web":{"ModifiedResources":[{"Stack":"web","Type":"DEMO::Net::Vnet","Label":"theirs","Operation":"create"}]}}}""",
            scenario.Declare("net1").Refused().Data!.Value.GetRawText());
        Assert.False(scenario.Declare("theirs").Reconcile().ChangesRequired);
    }

    [Fact]
    public void What_others_deleted_is_not_made_again_unseen_and_may_be_left_out()
    {
        Scenario Given() => new Scenario().Given("net1").GivenModification("gone", "delete").Declare("net1", """{"Name":"n","Cidr":"c"}""");

        Assert.Contains("gone", Given().Declare("gone").Refused().Message, StringComparison.Ordinal);
        Assert.Equal(["update net1"], Given().Reconcile().Operations());
    }

    [Fact]
    public void A_stack_that_was_destroyed_can_be_made_again() =>
        Assert.Equal(["create net1"], new Scenario().GivenTarget().DeclareStack().GivenModification("net1", "delete").Declare("net1").Reconcile().Operations());

    [Fact]
    public void A_rename_of_what_others_changed_takes_the_changes_along_or_is_refused()
    {
        Assert.Equal(["update net2"], Drifted().Declare("net2", Modified, alias: "net1").Reconcile().Operations());
        Assert.Equal(RejectionCodes.ReconcileRejected, Drifted().Declare("net2", Reconciled, alias: "net1").Refused().Code);
    }

    [Fact]
    public void Taking_over_what_was_deleted_and_discovered_again_is_no_drift()
    {
        var plan = new Scenario().GivenStack().Given("net1", stack: Stack.Unmanaged).GivenModification("net1", "delete").Declare("net1").Reconcile();

        Assert.Equal(["update net1"], plan.Operations());
    }

    [Fact]
    public void A_version_that_differs_in_nothing_is_no_drift() =>
        Assert.Equal(["update net1"], new Scenario().Given("net1").GivenModification("net1", "update", """{"Name":"n"}""", """{"Name":"n","Tags":[]}""").Declare("net1", """{"Name":"n","Cidr":"c"}""").Reconcile().Operations());

    [Fact]
    public void Another_stack_s_drift_is_not_this_one_s() =>
        Assert.Equal(
            ["update net1"],
            new Scenario().Given("net1").Given("other", stack: "app").GivenModification("other", "create", now: "{}", stack: "app")
                .Declare("net1", """{"Name":"n","Cidr":"c"}""").Declare("other", stack: "app").Reconcile().Operations());

    [Fact]
    public void A_secret_that_others_changed_is_told_and_not_shown()
    {
        var (before, now) = (Hashed("old"), Hashed("new"));
        var refused = new Scenario().Given("net1", $$"""{"Name":"n","Secret":{{now}}}""").GivenModification("net1", "update", $$"""{"Name":"n","Secret":{{before}}}""", $$"""{"Name":"n","Secret":{{now}}}""")
            .Declare("net1", """{"Name":"n","Secret":"old"}""").Refused();

        var told = refused.Data!.Value.GetRawText();
        Assert.Contains("""{"op":"replace","path":"/Secret","value":{"$opaque":"redacted"}}""", told, StringComparison.Ordinal);
        Assert.DoesNotContain(SecretValues.Digest(Json("\"new\"")), told, StringComparison.Ordinal);

        static string Hashed(string text) => $$"""{"$value":"{{SecretValues.Digest(Json($"\"{text}\""))}}","$visibility":"Opaque","$hashed":true}""";
    }

    [Fact]
    public void A_field_that_went_and_elements_that_moved_are_told_in_an_order_that_applies()
    {
        var patch = Drift.OfStack(
        [
            new Modification
            {
                Stack = "web", Type = Vnet, Label = "net1", Operation = "update", Ksuid = IdOf("net1"),
                Before = new Resource { Label = "net1", Properties = Json("""{"Cidr":"c","List":[1,2,3,4]}""") },
                Now = new Resource { Label = "net1", Properties = Json("""{"List":[1,9,4],"New":{"a":1}}""") },
            },
        ]).GetProperty("ModifiedResources")[0].GetProperty("PatchDocument").GetRawText();

        Assert.Equal("""[{"op":"remove","path":"/Cidr"},{"op":"remove","path":"/List/2"},{"op":"replace","path":"/List/1","value":9},{"op":"add","path":"/New","value":{"a":1}}]""", patch);
    }

    private static Scenario Drifted() => new Scenario().Given("net1", Modified).GivenModification("net1", "update", Reconciled, Modified);
}
