using Formae.Engine.Planning;
using Formae.Model;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

public sealed class TargetTests
{
    private static readonly ConfigSchema Mutable = new() { Hints = new Dictionary<string, ConfigHint> { ["Region"] = new(), ["Account"] = new() { CreateOnly = true } } };

    private static Scenario RegionChanged() => new Scenario().GivenTarget().DeclareTarget(config: """{"Region":"us-1"}""");

    [Theory]
    [InlineData(null, "Create")]
    [InlineData("""{"Region":"eu-1","Account":"a"}""", "")]
    [InlineData("""{"Region":"us-1","Account":"a"}""", "Update")]
    [InlineData("""{"Region":"eu-1","Account":"b"}""", "Delete Create")]
    [InlineData("""{"Region":"eu-1","Account":"a","Unhinted":1}""", "Delete Create")]
    public void F071_hints_say_whether_a_target_is_created_updated_or_replaced(string? stored, string operations)
    {
        var scenario = new Scenario().DeclareTarget(config: """{"Region":"eu-1","Account":"a"}""", schema: Mutable);
        if (stored is not null)
            scenario.GivenTarget(config: stored, schema: Mutable);

        var updates = scenario.Reconcile().Targets;

        Assert.Equal(operations, string.Join(' ', updates.Select(update => update.Operation)));
        Assert.Equal(updates.Count == 2, updates.All(update => update.GroupId is not null) && updates.Count > 0);
    }

    [Fact]
    public void F072_a_namespace_cannot_change() =>
        Assert.Equal(RejectionCodes.TargetAlreadyExists, new Scenario().GivenTarget().DeclareTarget(@namespace: "OTHER").Refused().Code);

    [Fact]
    public void F073_what_cannot_be_made_elsewhere_keeps_its_target_from_being_replaced()
    {
        var refused = RegionChanged().Given("net1").Given("p1", type: Port, stack: "app").Refused();

        Assert.Equal(RejectionCodes.NonPortableResources, refused.Code);
        Assert.Equal("""{"TargetLabel":"eu","Resources":["web/DEMO::Net::Vnet/net1"]}""", refused.Data!.Value.GetRawText());
    }

    [Theory]
    [InlineData(ApplyMode.Reconcile)]
    [InlineData(ApplyMode.Patch)]
    public void F074_a_replaced_target_takes_everything_on_it_along_in_order(ApplyMode mode)
    {
        var scenario = RegionChanged().Given("p1", type: Port).Declare("p1", type: Port).Given("p2", type: Port, stack: "app");

        var plan = mode == ApplyMode.Reconcile ? scenario.Reconcile() : scenario.Patch();

        Assert.Equal(["delete p1", "create p1", "delete p2", "create p2"], plan.Operations());
        Assert.All(plan.Resources, update => Assert.Equal((true, "eu"), (update.IsCascade, update.CascadeSource)));
        Assert.Equal(
            [
                "create target eu < create p1", "create target eu < create p2", "delete p1 < create p1", "delete p1 < delete target eu",
                "delete p2 < create p2", "delete p2 < delete target eu", "delete target eu < create target eu",
            ],
            plan.Order());
        Assert.Equal(plan.Targets[0].GroupId, plan.Targets[1].GroupId);
        Assert.Equal("""{"Region":"us-1"}""", plan.Targets.Single(update => update.Operation == TargetOperation.Create).Target.Config!.Value.GetRawText());
    }

    [Fact]
    public void A_resource_that_the_document_leaves_out_is_deleted_and_need_not_be_portable()
    {
        var plan = RegionChanged().Given("net1").Given("p1", type: Port).Declare("p1", type: Port).Reconcile();

        Assert.Equal(["delete p1", "create p1"], plan.Resources.Where(update => update.Resource.Label == "p1").Select(update => $"{update.Operation.ToString().ToLowerInvariant()} p1"));
        Assert.Contains("delete net1 < delete target eu", plan.Order());
    }

    [Fact]
    public void F078_unmanaged_resources_on_a_replaced_target_are_counted_and_forgotten()
    {
        var plan = RegionChanged().Given("a", stack: Stack.Unmanaged).Given("b", stack: Stack.Unmanaged).Reconcile();

        Assert.Equal("The target 'eu' is replaced, and 2 unmanaged resources on it will not be seen until discovered again.", Assert.Single(plan.Notices));
        Assert.Equal(["a", "b"], plan.Forgotten.Select(resource => resource.Label));
        Assert.Empty(plan.Resources);
    }

    [Fact]
    public void What_is_on_a_replaced_target_is_asked_for_once()
    {
        var needs = Assert.IsType<PlanOutcome.NeedsMore>(RegionChanged().Given("p1", type: Port).Unread().Outcome());

        Assert.Equal(["eu"], needs.More.ResourcesOnTargets);
        Assert.IsType<PlanOutcome.Planned>(new Scenario().Given("net1").DeclareTarget().Unread().Outcome());
    }

    [Theory]
    [InlineData("""{"$value":"eu-1","$visibility":"Clear","$strategy":"SetOnce"}""", "\"eu-1\"")]
    [InlineData("HASH", "\"s3cret\"")]
    [InlineData("HASH", """{"$value":"s3cret","$visibility":"Opaque"}""")]
    [InlineData("""{"$sealed":"x","$digest":"DIGEST"}""", """{"$value":"s3cret","$visibility":"Opaque"}""")]
    public void A_config_is_compared_by_what_it_means(string stored, string declared)
    {
        var digest = SecretValues.Digest(JsonText.String("s3cret"));
        var before = stored.Replace("DIGEST", digest, StringComparison.Ordinal).Replace("HASH", $$"""{"$value":"{{digest}}","$visibility":"Opaque","$hashed":true}""", StringComparison.Ordinal);

        Assert.False(new Scenario().GivenTarget(config: $$"""{"A":{"B":[{{before}}]} }""").DeclareTarget(config: $$"""{"A":{"B":[{{declared}}]} }""").Reconcile().ChangesRequired);
        Assert.True(new Scenario().GivenTarget(config: $$"""{"A":{"B":[{{before}}]} }""").DeclareTarget(config: """{"A":{"B":["other"]}}""").Reconcile().ChangesRequired);
    }

    [Fact]
    public void References_in_a_config_are_compared_by_where_they_point()
    {
        Scenario Given() => new Scenario().Given("net1").Given("net2").GivenTarget("k8s", $$"""{"Url":{{Stored("net1")}} }""");

        Assert.False(Given().DeclareTarget("k8s", $$"""{"Url":{{Reference("net1")}} }""").Patch().ChangesRequired);
        Assert.Equal(2, Given().DeclareTarget("k8s", $$"""{"Url":{{Reference("net2")}} }""").Declare("net1").Patch().Targets.Count);
    }

    [Fact]
    public void F075_what_is_on_an_unchanged_target_waits_for_what_its_config_is_made_from()
    {
        var plan = new Scenario().Given("net1").GivenTarget("k8s", $$"""{"Url":{{Stored("net1")}} }""").Declare("net1", """{"Name":"m"}""").Declare("pod", target: "k8s").Given("old", target: "k8s").Reconcile();

        Assert.Equal(["create net1 < create pod", "delete net1 < create net1", "delete old < delete net1"], plan.Order());
        Assert.Contains("'k8s' refers to 'net1', which is replaced", Assert.Single(plan.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_through_a_target_is_refused_by_name()
    {
        var refused = new Scenario().GivenTarget().DeclareStack().DeclareTarget("k8s", $$"""{"Url":{{Reference("pod")}} }""").Declare("pod", target: "k8s").Refused();

        Assert.Equal(RejectionCodes.CyclesDetected, refused.Code);
        Assert.Contains("target 'k8s'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void F077_a_target_is_not_given_up_sooner_than_an_outage_can_be_told()
    {
        var wrong = new Scenario().DeclareTarget(reaping: new Reaping { Kind = "after", MaxUnreachableSeconds = Reaping.MinimumSeconds - 1 }).Wrong();

        Assert.Equal((DiagnosticCodes.ReapingTooShort, "Targets[0].Reaping.MaxUnreachableSeconds"), (wrong.Code, wrong.Path));
        Assert.Single(new Scenario().DeclareTarget(reaping: new Reaping { Kind = "after", MaxUnreachableSeconds = Reaping.MinimumSeconds }).Reconcile().Targets);
    }

    [Fact]
    public void A_secret_behind_another_target_is_refused()
    {
        var opaque = Stored("s").Replace("\"$value\"", "\"$visibility\":\"Opaque\",\"$value\"", StringComparison.Ordinal);
        Scenario Given(string config) => new Scenario().Given("s").GivenTarget("inner", config).Given("r", target: "inner").DeclareTarget("outer", $$"""{"Url":{{Reference("r")}} }""");

        var wrong = Given($$"""{"Key":{{opaque}} }""").Wrong();
        Assert.Equal((DiagnosticCodes.SecretBehindTarget, "Targets[0].Config"), (wrong.Code, wrong.Path));
        Assert.Equal(DiagnosticCodes.SecretBehindTarget, Given($$"""{"Key":{{Stored("s", property: "Secret")}} }""").Wrong().Code);
        Assert.Single(Given($$"""{"Key":{{Stored("s")}} }""").Patch().Targets);
    }

    [Fact]
    public void Producers_behind_another_target_are_asked_for_by_their_identity()
    {
        var needs = Assert.IsType<PlanOutcome.NeedsMore>(new Scenario().GivenTarget("inner", $$"""{"Key":{{Stored("far")}} }""").Given("r", target: "inner").DeclareTarget("outer", $$"""{"Url":{{Reference("r")}} }""").Outcome());

        Assert.Equal([IdOf("far")], needs.More.Ksuids);
    }

    [Fact]
    public void An_unknown_secret_in_a_config_that_changes_is_wrong_and_a_stored_one_is_kept()
    {
        var digest = SecretValues.Digest(JsonText.String("s"));
        var hash = $$"""{"$value":"{{digest}}","$visibility":"Opaque","$hashed":true}""";
        Scenario Given(string stored) => new Scenario().GivenTarget(config: $$"""{"Region":"a","Key":{{stored}}}""", schema: Mutable).DeclareTarget(config: $$"""{"Region":"b","Key":{{hash}}}""", schema: Mutable);

        var kept = $$"""{"$sealed":"x","$digest":"{{digest}}"}""";
        Assert.Equal(kept, Assert.Single(Given(kept).Reconcile().Targets).Target.Config!.Value.GetProperty("Key").GetRawText());
        Assert.Equal((DiagnosticCodes.SecretNotKnown, "Targets[0].Config.Key"), (Given(hash).Wrong().Code, Given(hash).Wrong().Path));
    }
}
