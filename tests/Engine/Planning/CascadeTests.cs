using Formae.Engine.Planning;
using Formae.Model;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

public sealed class CascadeTests
{
    private const string OnNet = """{"Name":"s","NetId":REF}""";

    private static Scenario NetReplaced() => new Scenario().Given("net1").Declare("net1", """{"Name":"m"}""");

    [Fact]
    public void F067_a_consumer_with_a_mutable_reference_is_updated_when_its_producer_is_replaced()
    {
        var plan = NetReplaced().Given("s1", OnNet.Replace("REF", Stored("net1", "vnet-9"), StringComparison.Ordinal), Subnet)
            .Declare("s1", OnNet.Replace("REF", Reference("net1"), StringComparison.Ordinal), Subnet).Reconcile();

        Assert.Equal(["delete net1", "create net1", "update s1"], plan.Operations());
        var update = plan.Of("s1", ResourceOperation.Update);
        Assert.Equal((true, "net1"), (update.IsCascade, update.CascadeSource));
        Assert.Equal([IdOf("net1")], update.Rewrites);
        Assert.Equal("""[{"op":"replace","path":"/NetId","value":{"$cascade-resolvable":true,"$source-label":"net1","$current-value":"vnet-9"}}]""", update.Patch!.Value.GetRawText());
        Assert.Equal(["create net1 < update s1", "delete net1 < create net1"], plan.Order());
    }

    [Fact]
    public void F068_a_consumer_with_a_create_only_reference_is_replaced_too()
    {
        var plan = NetReplaced().Given("p1", OnNet.Replace("REF", Stored("net1", "vnet-9"), StringComparison.Ordinal), Port)
            .Declare("p1", OnNet.Replace("REF", Reference("net1"), StringComparison.Ordinal), Port).Reconcile();

        Assert.Equal(["delete net1", "create net1", "delete p1", "create p1"], plan.Operations());
        var (gone, made) = (plan.Of("p1", ResourceOperation.Delete), plan.Of("p1", ResourceOperation.Create));
        Assert.NotNull(gone.GroupId);
        Assert.Equal((gone.GroupId, true, "net1"), (made.GroupId, made.IsCascade, made.CascadeSource));
        Assert.Equal("""[{"op":"replace","path":"/NetId","value":{"$cascade-resolvable":true,"$source-label":"net1","$current-value":"vnet-9"}}]""", gone.CreateOnlyPatch!.Value.GetRawText());
        Assert.Equal(["create net1 < create p1", "delete net1 < create net1", "delete p1 < create p1", "delete p1 < delete net1"], plan.Order());
        Assert.Null(made.Resource.NativeId);
    }

    [Fact]
    public void F069_consumers_in_other_stacks_are_reached()
    {
        var plan = NetReplaced().Given("s1", OnNet.Replace("REF", Stored("net1"), StringComparison.Ordinal), Subnet, "app")
            .Given("p1", OnNet.Replace("REF", Stored("net1"), StringComparison.Ordinal), Port, "ops").Reconcile();

        Assert.Equal(["update app/s1", "delete ops/p1", "create ops/p1"], plan.Resources.Skip(2).Select(update => $"{update.Operation.ToString().ToLowerInvariant()} {update.Resource.Stack}/{update.Resource.Label}"));
        Assert.All(plan.Resources.Skip(2), update => Assert.True(update.IsCascade));
        Assert.Contains($"formae://{IdOf("net1")}#/Id", plan.Of("p1", ResourceOperation.Create).Resource.Properties!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void F070_an_unmanaged_consumer_is_left_alone() =>
        Assert.Equal(["delete net1", "create net1"], NetReplaced().Given("p1", OnNet.Replace("REF", Stored("net1"), StringComparison.Ordinal), Port, Stack.Unmanaged).Reconcile().Operations());

    [Fact]
    public void A_cascade_goes_on_where_it_replaces()
    {
        var plan = NetReplaced().Given("p1", OnNet.Replace("REF", Stored("net1"), StringComparison.Ordinal), Port, "app")
            .Given("s1", OnNet.Replace("REF", Stored("p1"), StringComparison.Ordinal), Subnet, "ops").Reconcile();

        Assert.Equal(["delete net1", "create net1", "delete p1", "create p1", "update s1"], plan.Operations());
        Assert.Equal("p1", plan.Of("s1", ResourceOperation.Update).CascadeSource);
    }

    [Fact]
    public void A_change_of_the_users_own_and_a_cascade_are_one_update()
    {
        var plan = NetReplaced().Given("s1", $$"""{"Name":"s","NetId":{{Stored("net1")}},"Size":1}""", Subnet)
            .Declare("s1", $$"""{"Name":"s","NetId":{{Reference("net1")}},"Size":2}""", Subnet).Reconcile();

        var update = plan.Of("s1", ResourceOperation.Update);
        Assert.Equal((false, "net1"), (update.IsCascade, update.CascadeSource));
        Assert.Equal(["/NetId", "/Size"], update.Patch!.Value.EnumerateArray().Select(operation => operation.GetProperty("path").GetString()).Order());
    }

    [Fact]
    public void What_the_user_writes_into_a_field_wins_over_a_cascade()
    {
        var plan = NetReplaced().Given("s1", OnNet.Replace("REF", Stored("net1"), StringComparison.Ordinal), Subnet).Declare("s1", """{"Name":"s","NetId":"mine"}""", Subnet).Reconcile();

        var update = plan.Of("s1", ResourceOperation.Update);
        Assert.Equal("""[{"op":"replace","path":"/NetId","value":"mine"}]""", update.Patch!.Value.GetRawText());
        Assert.Empty(update.Rewrites);
    }

    [Fact]
    public void An_own_update_becomes_a_replace_where_the_cascade_needs_one()
    {
        var plan = NetReplaced().Given("p1", $$"""{"Name":"p","NetId":{{Stored("net1")}},"Label":"a"}""", Port)
            .Declare("p1", $$"""{"Name":"p","NetId":{{Reference("net1")}},"Label":"b"}""", Port).Reconcile();

        Assert.Equal(["delete net1", "create net1", "delete p1", "create p1"], plan.Operations());
        Assert.Contains("\"Label\":\"b\"", plan.Of("p1", ResourceOperation.Create).Resource.Properties!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_executed_patch_writes_the_new_value_and_nothing_else()
    {
        var update = NetReplaced().Given("other", stack: "app").Given("s1", $$"""{"Name":"s","NetId":{{Stored("net1", "vnet-9")}},"Size":1,"VnetName":{{Stored("other")}}}""", Subnet, "app").Reconcile().Of("s1", ResourceOperation.Update);

        var executed = ExecutedPatch.Of(update, uri => JsonText.String($"new {uri.Path}"));

        Assert.Empty(executed.Unresolved);
        Assert.Equal("""[{"op":"replace","path":"/NetId","value":"new Id"}]""", executed.Properties.GetRawText());
        Assert.Equal("[]", ExecutedPatch.Of(update with { Rewrites = [] }, uri => JsonText.String("x")).Properties.GetRawText());
    }

    [Fact]
    public void A_secret_is_neither_in_the_preview_nor_written_as_a_hash()
    {
        var hashed = $$"""{"$ref":"formae://{{IdOf("net1")}}#/Secret","$value":"{{SecretValues.Digest(Json("\"old\""))}}","$visibility":"Opaque","$hashed":true}""";
        var update = NetReplaced().Given("p1", $$"""{"Name":"p","Secret":{{hashed}}}""", Port, "app").Reconcile().Of("p1", ResourceOperation.Update);

        Assert.Contains("\"$current-value\":{\"$opaque\":\"redacted\"}", update.Patch!.Value.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(SecretValues.Digest(Json("\"old\"")), update.Patch!.Value.GetRawText(), StringComparison.Ordinal);
        var value = ExecutedPatch.Of(update, _ => Json("""{"$sealed":"s","$digest":"d"}""")).Properties[0].GetProperty("value");
        Assert.Equal("""{"$sealed":"s","$digest":"d"}""", value.GetRawText());
    }

    [Fact]
    public void A_reference_inside_of_text_is_written_again()
    {
        var span = $"{(char)30}{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Stored("net1", "v")))}{(char)31}";
        var text = JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("$embed", true);
            writer.WriteString("$template", $"net {span}!");
            writer.WriteEndObject();
        }).GetRawText();
        var update = NetReplaced().Given("p1", $$"""{"Name":"p","Text":{{text}}}""", Port, "app").Reconcile().Of("p1", ResourceOperation.Update);

        Assert.Equal("""[{"op":"replace","path":"/Text","value":{"$cascade-resolvable":true,"$source-label":"net1"}}]""", update.Patch!.Value.GetRawText());
        Assert.Equal("""[{"op":"replace","path":"/Text","value":"net new!"}]""", ExecutedPatch.Of(update, _ => JsonText.String("new")).Properties.GetRawText());
    }

    [Fact]
    public void What_others_still_refer_to_is_not_deleted_by_leaving_it_out()
    {
        Scenario Given() => new Scenario().Given("net1").Given("keep").Declare("keep").Given("s1", OnNet.Replace("REF", Stored("net1"), StringComparison.Ordinal), Subnet, "app");

        var refused = Given().Refused();
        Assert.Equal((RejectionCodes.ResourceHasDependents, "app"), (refused.Code, refused.Data!.Value.GetProperty("Dependents")[0].GetProperty("Stack").GetString()));
        var plan = Given().Reconcile(OnDependents.Cascade);
        Assert.Equal(["delete net1", "delete s1"], plan.Operations());
        Assert.Equal((true, "net1"), (plan.Resources[1].IsCascade, plan.Resources[1].CascadeSource));
        Assert.Equal(["delete s1 < delete net1"], plan.Order());
    }

    [Fact]
    public void A_target_that_is_made_from_what_is_left_out_stands_in_the_way_or_goes_along()
    {
        Scenario Given() => new Scenario().Given("net1").Given("keep").Declare("keep").GivenTarget("k8s", $$"""{"Url":{{Stored("net1")}} }""").Given("pod", target: "k8s", stack: "app").Given("seen", target: "k8s", stack: Stack.Unmanaged);

        Assert.Equal(RejectionCodes.TargetHasDependents, Given().Refused().Code);
        var plan = Given().Reconcile(OnDependents.Cascade);
        Assert.Equal(["delete net1", "delete pod"], plan.Operations());
        Assert.Equal(["delete pod < delete target k8s", "delete target k8s < delete net1"], plan.Order());
        Assert.Equal(["seen"], plan.Forgotten.Select(resource => resource.Label));
    }

    [Fact]
    public void What_the_document_refers_to_does_not_go_along_with_something_else()
    {
        var refused = new Scenario().Given("net1").Given("s1", OnNet.Replace("REF", Stored("net1"), StringComparison.Ordinal), Subnet, "app")
            .Given("keep", $$"""{"Name":"n","Peer":{{Stored("s1")}} }""").Declare("keep", $$"""{"Name":"n","Peer":{{Reference("s1", type: Subnet, stack: "app")}} }""");

        var outcome = Assert.IsType<PlanOutcome.Rejected>(Planner.Plan(refused.Request(CommandKind.Apply, ApplyMode.Reconcile, OnDependents.Cascade)));
        Assert.Equal((RejectionCodes.ResourceHasDependents, "keep"), (outcome.Code, outcome.Data!.Value.GetProperty("Dependents")[0].GetProperty("ResourceLabel").GetString()));
    }

    [Fact]
    public void A_reference_that_nobody_declares_any_more_becomes_the_value_it_had()
    {
        var plan = new Scenario().Given("net1").Given("s1", OnNet.Replace("REF", Stored("net1", "vnet-9"), StringComparison.Ordinal), Subnet).Declare("s1", """{"Name":"s"}""", Subnet).Reconcile();

        Assert.Equal(["update s1", "delete net1"], plan.Operations().Order().Reverse());
        var update = plan.Of("s1", ResourceOperation.Update);
        Assert.Equal(("[]", """{"Name":"s","NetId":"vnet-9"}"""), (update.Patch!.Value.GetRawText(), update.Resource.Properties!.Value.GetRawText()));
        Assert.Equal("[]", ExecutedPatch.Of(update, _ => null).Properties.GetRawText());
    }

    [Fact]
    public void A_reference_to_what_has_vanished_does_not_keep_a_resource_from_being_changed()
    {
        var request = new Scenario().Given("net1", $$"""{"Name":"n","Cidr":"a","Peer":{{Stored("gone", "p-1")}} }""").Declare("net1", """{"Name":"n","Cidr":"b"}""").Request(CommandKind.Apply, ApplyMode.Reconcile);

        Assert.Equal([IdOf("gone")], Assert.IsType<PlanOutcome.NeedsMore>(Planner.Plan(request)).More.Ksuids);
        var outcome = Planner.Plan(request with { Inventory = request.Inventory with { KsuidsRead = new HashSet<string> { IdOf("gone") } } });

        var update = Assert.Single(Assert.IsType<PlanOutcome.Planned>(outcome).Plan.Resources);
        Assert.Equal("""{"Name":"n","Cidr":"b","Peer":"p-1"}""", update.Resource.Properties!.Value.GetRawText());
        Assert.Equal("""[{"op":"replace","path":"/Cidr","value":"b"}]""", update.Patch!.Value.GetRawText());
    }

    [Fact]
    public void Dependents_are_asked_for_once_and_only_when_something_goes_away()
    {
        var needs = Assert.IsType<PlanOutcome.NeedsMore>(NetReplaced().Given("old").Unread().Outcome());
        Assert.Equal(new[] { IdOf("net1"), IdOf("old") }.Order(), needs.More.DependentsOf.Order());
        Assert.IsType<PlanOutcome.Planned>(new Scenario().Given("net1").Given("net2").Declare("net1", """{"Name":"n","Cidr":"c"}""").Declare("net2").Declare("net3").Unread().Outcome());
    }

    [Fact]
    public void F210_a_chain_and_a_fan_of_dependents_are_planned_with_one_look()
    {
        var scenario = NetReplaced();
        for (var i = 0; i < 50; i++)
            scenario.Given($"c{i:D2}", OnNet.Replace("REF", Stored(i == 0 ? "net1" : $"c{i - 1:D2}"), StringComparison.Ordinal), Port, "app");
        for (var i = 0; i < 200; i++)
            scenario.Given($"f{i:D3}", OnNet.Replace("REF", Stored("net1"), StringComparison.Ordinal), Subnet, "ops");

        // Whoever answers the first question has read everything behind it.
        var request = scenario.Unread().Request(CommandKind.Apply, ApplyMode.Reconcile);
        var needs = Assert.IsType<PlanOutcome.NeedsMore>(Planner.Plan(request)).More;
        Assert.Equal([IdOf("net1")], needs.DependentsOf);
        var outcome = Planner.Plan(request with { Inventory = request.Inventory with { DependentsRead = request.Inventory.Resources.Select(resource => resource.Ksuid!).ToHashSet() } });
        var plan = Assert.IsType<PlanOutcome.Planned>(outcome).Plan;

        Assert.Equal(2 + 100 + 200, plan.Resources.Count);
        Assert.Contains("delete c49 < delete c48", plan.Order());
        Assert.Contains("create c48 < create c49", plan.Order());
    }

    [Fact]
    public void Secrets_that_are_not_known_forbid_what_would_be_made_again()
    {
        var hashed = $$"""{"$value":"{{SecretValues.Digest(Json("\"old\""))}}","$visibility":"Opaque","$hashed":true}""";
        Scenario Given(string stack = "web") => NetReplaced().Given("p1", $$"""{"Name":"p","NetId":{{Stored("net1")}},"Secret":{{hashed}}}""", Port, stack);

        var refused = Given("app").Refused();
        Assert.Equal(RejectionCodes.SecretNotKnown, refused.Code);
        Assert.Equal("""{"Resources":[{"Stack":"app","Type":"DEMO::Net::Port","Label":"p1","CascadeSource":"net1","Fields":["Secret"]}]}""", refused.Data!.Value.GetRawText());

        var plan = Given().Declare("p1", $$"""{"Name":"p","NetId":{{Reference("net1")}},"Secret":"old"}""", Port).Patch();
        Assert.Contains("\"Secret\":\"old\"", plan.Of("p1", ResourceOperation.Create).Resource.Properties!.Value.GetRawText(), StringComparison.Ordinal);
        var wrong = Given().Declare("p1", $$"""{"Name":"p","NetId":{{Reference("net1")}}}""", Port).Wrong(ApplyMode.Patch);
        Assert.Equal((DiagnosticCodes.SecretNotKnown, "Resources[1].Properties.Secret"), (wrong.Code, wrong.Path));
    }

    [Fact]
    public void F020_a_hash_is_never_written_in_place_of_a_secret()
    {
        string Hashed(string of) => $$"""{"Name":"p","Secret":{"$value":"{{SecretValues.Digest(JsonText.String(of))}}","$visibility":"Opaque","$hashed":true} }""";

        Assert.Equal(DiagnosticCodes.SecretNotKnown, new Scenario().GivenTarget().DeclareStack().Declare("p1", Hashed("x"), Port).Wrong().Code);
        Assert.Equal("Resources[0].Properties.Secret", new Scenario().Given("p1", Hashed("x"), Port).Declare("p1", Hashed("y"), Port).Wrong().Path);
        Assert.False(new Scenario().Given("p1", Hashed("x"), Port).Declare("p1", Hashed("x"), Port).Reconcile().ChangesRequired);
    }

    [Fact]
    public void F039_a_replace_that_lacks_what_a_create_needs_is_refused_before_anything_is_deleted()
    {
        var refused = new Scenario().Given("p1", """{"Name":"p","NetId":"a"}""", Port).Declare("p1", """{"NetId":"b"}""", Port).Refused();

        Assert.Equal((RejectionCodes.RequiredFieldMissingOnCreate, "Name"), (refused.Code, refused.Data!.Value.GetProperty("MissingFields")[0].GetString()));
    }
}
