using System.Text;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Documents;

namespace Formae.Engine.Tests.Planning;

public sealed class PolicyTests
{
    private const string Nightly = """{"Type":"auto-reconcile","Label":"nightly","IntervalSeconds":300}""";

    [Fact]
    public void F169_an_inline_policy_is_made_under_a_label_of_its_own()
    {
        var plan = Plan("""Stacks: [{ Label: web, Policies: [{ Type: ttl, TTLSeconds: 60 }] }]""", Web());

        var update = Assert.Single(plan.Policies);
        Assert.Equal((PolicyOperation.Create, "web", 60L), (update.Operation, update.Stack, update.Policy.TtlSeconds));
        Assert.Matches("^web-ttl-[0-9A-Za-z]{8}$", update.Policy.Label);
        Assert.True(plan.ChangesRequired);
        Assert.Empty(plan.Stacks);
    }

    [Fact]
    public void An_inline_policy_keeps_its_label_when_it_changes_and_is_left_alone_when_it_does_not()
    {
        var web = Web("""{"Type":"ttl","Label":"web-ttl-12345678","TTLSeconds":60}""");

        Assert.Empty(Plan("""Stacks: [{ Label: web, Policies: [{ Type: ttl, TTLSeconds: 60, OnDependents: abort }] }]""", web).Policies);
        var update = Assert.Single(Plan("""Stacks: [{ Label: web, Policies: [{ Type: ttl, TTLSeconds: 61 }] }]""", web).Policies);
        Assert.Equal((PolicyOperation.Update, "web-ttl-12345678", 60L), (update.Operation, update.Policy.Label, update.Existing!.TtlSeconds));
    }

    [Theory]
    [InlineData(ApplyMode.Reconcile, 1), InlineData(ApplyMode.Patch, 0)]
    public void An_inline_policy_that_is_not_declared_goes_with_a_reconcile_and_stays_with_a_patch(ApplyMode mode, int deletes)
    {
        var policies = Plan("Stacks: [{ Label: web }]", Web("""{"Type":"ttl","Label":"l","TTLSeconds":60}"""), mode: mode).Policies;

        Assert.Equal(deletes, policies.Count(update => update.Operation == PolicyOperation.Delete && update.Stack == "web"));
        Assert.Equal(deletes, policies.Count);
    }

    [Fact]
    public void A_stack_that_is_not_declared_keeps_its_policies() => Assert.Empty(Plan("Policies: []", Web(Nightly)).Policies);

    [Fact]
    public void A_standalone_policy_is_made_changed_or_left_alone()
    {
        const string document = "Policies: [{ Label: nightly, Type: auto-reconcile, IntervalSeconds: 300 }]";

        Assert.Equal(PolicyOperation.Create, Assert.Single(Plan(document).Policies).Operation);
        Assert.False(Plan(document, policies: Nightly).ChangesRequired);
        var update = Assert.Single(Plan(document.Replace("300", "600", StringComparison.Ordinal), policies: Nightly).Policies);
        Assert.Equal((PolicyOperation.Update, 600L, 300L, null), (update.Operation, update.Policy.IntervalSeconds, update.Existing!.IntervalSeconds, update.Stack));
    }

    [Theory]
    [InlineData(ApplyMode.Reconcile), InlineData(ApplyMode.Patch)]
    public void A_standalone_policy_is_attached_to_the_stacks_that_refer_to_it_and_detached_from_those_that_do_not(ApplyMode mode)
    {
        const string declared = """Stacks: [{ Label: web, Policies: [{ $ref: policy://nightly }] }]""";
        var attached = Web("""{"$ref":"policy://nightly"}""");

        var attach = Assert.Single(Plan(declared, Web(), Nightly, mode).Policies);
        Assert.Equal((PolicyOperation.Attach, "nightly", "auto-reconcile", "web"), (attach.Operation, attach.Policy.Label, attach.Policy.Type, attach.Stack));
        Assert.Empty(Plan(declared, attached, Nightly, mode).Policies);
        var detach = Assert.Single(Plan("Stacks: [{ Label: web }]", attached, Nightly, mode).Policies);
        Assert.Equal((PolicyOperation.Detach, "nightly", "auto-reconcile", "web"), (detach.Operation, detach.Policy.Label, detach.Policy.Type, detach.Stack));
    }

    [Fact]
    public void A_reference_to_a_policy_that_is_nowhere_is_wrong_where_it_stands()
    {
        var wrong = Assert.Single(Assert.IsType<PlanOutcome.Invalid>(Outcome("""Stacks: [{ Label: web, Policies: [{ Type: ttl, TTLSeconds: 5 }, { $ref: policy://nihgtly }] }]""", Web(), Nightly)).Diagnostics);

        Assert.Equal((DiagnosticCodes.PolicyNotFound, "Stacks[0].Policies[1]"), (wrong.Code, wrong.Path));
        Assert.Contains("Did you mean 'nightly'?", wrong.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_of_the_same_document_can_be_referred_to() =>
        Assert.Equal(
            [PolicyOperation.Create, PolicyOperation.Attach],
            Plan("""{"Stacks":[{"Label":"web","Policies":[{"$ref":"policy://n"}]}],"Policies":[{"Label":"n","Type":"ttl","TTLSeconds":5}]}""", Web()).Policies.Select(update => update.Operation));

    [Fact]
    public void The_row_of_a_stack_that_is_written_holds_its_policies_as_they_will_be()
    {
        var web = Web("""{"Type":"ttl","Label":"web-ttl-12345678","TTLSeconds":60}""", """{"$ref":"policy://old"}""");
        var plan = Plan("""Stacks: [{ Label: web, Description: new, Policies: [{ Type: auto-reconcile, Label: mine, IntervalSeconds: 9 }, { $ref: policy://nightly }] }]""", web, Nightly);

        string[] expected = ["""{"Type":"auto-reconcile","Label":"mine","IntervalSeconds":9}""", """{"$ref":"policy://nightly"}"""];
        Assert.Equal(expected, Assert.Single(plan.Stacks).Stack.Policies!.Select(policy => policy.GetRawText()));
        var again = StackPolicies.After(plan.Stacks[0].Stack, plan.Policies)!;
        Assert.Equal(expected, again.Select(policy => policy.GetRawText()));
        Assert.Equal(expected, StackPolicies.After(web, plan.Policies)!.Select(policy => policy.GetRawText()));
    }

    [Fact]
    public void F084_a_standalone_policy_is_destroyed_or_skipped_while_stacks_refer_to_it()
    {
        const string document = "Policies: [{ Label: nightly, Type: auto-reconcile, IntervalSeconds: 1 }, { Label: gone, Type: ttl, TTLSeconds: 1 }]";

        Assert.Equal(PolicyOperation.Delete, Assert.Single(Destroy(document).Policies).Operation);
        var used = Destroy(document, users: ["web", "app"]);
        Assert.Equal((PolicyOperation.Skip, "app,web"), (used.Policies[0].Operation, string.Join(',', used.Policies[0].ReferencingStacks)));
        Assert.False(used.ChangesRequired);
    }

    [Fact]
    public void A_policy_goes_with_the_last_stack_that_refers_to_it_and_stays_while_the_stack_keeps_a_resource()
    {
        const string document = """
            Policies: [{ Label: nightly, Type: auto-reconcile, IntervalSeconds: 1 }]
            Resources: [{ Label: net1, Type: "DEMO::Net::Vnet", Stack: web, Target: eu }]
            """;

        Assert.Equal(PolicyOperation.Delete, Assert.Single(Destroy(document, new Scenario().Given("net1"), "web").Policies).Operation);
        Assert.Equal(PolicyOperation.Skip, Assert.Single(Destroy(document, new Scenario().Given("net1").Given("net2"), "web").Policies).Operation);
    }

    [Fact]
    public void Needs_names_the_policies_and_to_destroy_one_those_who_use_it()
    {
        var forma = Forma("""{"Stacks":[{"Label":"web","Policies":[{"$ref":"policy://a"}]}],"Policies":[{"Label":"b","Type":"ttl","TTLSeconds":5}]}""");

        Assert.Equal(["a", "b"], Planner.Needs(CommandKind.Apply, forma).Policies.Order());
        Assert.Empty(Planner.Needs(CommandKind.Apply, forma).PolicyUsers);
        Assert.Equal(["b"], Planner.Needs(CommandKind.Destroy, forma).PolicyUsers);
    }

    private static Forma Forma(string document) => FormaReader.Read(Encoding.UTF8.GetBytes(document)).Forma!;

    private static Stack Web(params string[] policies) => new() { Label = "web", Id = Scenario.IdOf("stackweb"), Policies = [.. policies.Select(Scenario.Json)] };

    private static PlanOutcome Outcome(string document, Stack? stack = null, string? policies = null, ApplyMode mode = ApplyMode.Reconcile) =>
        Planner.Plan(new Scenario().Request(CommandKind.Apply, mode) with
        {
            Forma = Forma(document),
            Inventory = new Inventory { Stacks = stack is null ? [] : [stack], Policies = policies is null ? [] : [Policies.Read(Scenario.Json(policies))] },
        });

    private static Plan Plan(string document, Stack? stack = null, string? policies = null, ApplyMode mode = ApplyMode.Reconcile) =>
        Assert.IsType<PlanOutcome.Planned>(Outcome(document, stack, policies, mode)).Plan;

    private static Plan Destroy(string document, Scenario? given = null, params string[] users)
    {
        var request = (given ?? new Scenario()).Request(CommandKind.Destroy, ApplyMode.Patch);
        return Assert.IsType<PlanOutcome.Planned>(Planner.Plan(request with
        {
            Forma = Forma(document),
            Inventory = request.Inventory with
            {
                Policies = [Policies.Read(Scenario.Json(Nightly))],
                PolicyUsers = new Dictionary<string, IReadOnlyList<string>> { ["nightly"] = users },
            },
        })).Plan;
    }
}
