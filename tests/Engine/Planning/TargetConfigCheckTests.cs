using System.Text.Json;
using Formae.Engine.Planning;
using Formae.Model;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

public sealed class TargetConfigCheckTests
{
    private static readonly ResourceSchema Config = new()
    {
        Fields = ["Region", "Port", "Token", "Login", "Labels"],
        Hints = new Dictionary<string, FieldHint>
        {
            ["Region"] = new() { Type = "string", RequiredOnCreate = true },
            ["Port"] = new() { Type = "integer" },
            ["Token"] = new() { Type = "string", Opaque = true },
            ["Login"] = new() { Type = "object" },
            ["Login.User"] = new() { Type = "string", Required = true },
            ["Login.Key"] = new() { Type = "string", Opaque = true },
            ["Labels"] = new() { Type = "array", ItemType = "string" },
        },
    };

    [Theory]
    [InlineData("""{"Region":"eu-1","Regoin":"x"}""", "Targets[0].Config.Regoin", "The config of DEMO targets has no field 'Regoin' here that can be set. Did you mean 'Region'?")]
    [InlineData("""{"Region":"eu-1","Port":"80"}""", "Targets[0].Config.Port", "'Port' of the config of DEMO targets must be an integer; it is a string.")]
    [InlineData("""{"Region":"eu-1","Labels":["a",7]}""", "Targets[0].Config.Labels[1]", "'Labels' of the config of DEMO targets must be a string; it is a number.")]
    [InlineData("""{"Region":"eu-1","Login":{"Usr":"u","User":"v"}}""", "Targets[0].Config.Login.Usr", "The config of DEMO targets has no field 'Usr' here that can be set. Did you mean 'User'?")]
    [InlineData("""{"Region":"eu-1","Login":{"User":true}}""", "Targets[0].Config.Login.User", "'Login.User' of the config of DEMO targets must be a string; it is a boolean.")]
    [InlineData("""{"Region":"eu-1","Login":{}}""", "Targets[0].Config", "The config of the target 'eu' needs 'Login.User'.")]
    [InlineData("""{"Region":""}""", "Targets[0].Config", "The config of the target 'eu' needs 'Region'.")]
    [InlineData("""{}""", "Targets[0].Config", "The config of the target 'eu' needs 'Region'.")]
    public void A_config_that_does_not_fit_is_refused_with_its_place(string config, string path, string summary)
    {
        var wrong = Assert.Single(Invalid(new Scenario().DeclareTarget(config: config)));

        Assert.Equal((Severity.Error, path, summary), (wrong.Severity, wrong.Path, wrong.Summary));
    }

    [Fact]
    public void A_target_without_a_config_lacks_what_is_required() =>
        Assert.Equal(DiagnosticCodes.RequiredFieldMissing, Assert.Single(Invalid(new Scenario().DeclareTarget(config: "null"))).Code);

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once() => Assert.Equal(
        [DiagnosticCodes.RequiredFieldMissing, DiagnosticCodes.UnknownProperty, DiagnosticCodes.UnknownProperty, DiagnosticCodes.WrongPropertyType],
        Invalid(new Scenario().DeclareStack().DeclareTarget(config: """{"Regoin":"x","Port":[]}""").Declare("a", """{"Nmae":"n"}""")).Select(one => one.Code).Order());

    [Theory]
    [InlineData("""{"Region":{"$value":"eu-1"},"Token":{"$value":"t","$visibility":"Opaque"}}""")]
    [InlineData("""{"Region":{"$res":true,"$label":"a","$type":"DEMO::Net::Vnet","$stack":"web","$property":"Name"},"Port":{"$ref":"formae://1aaaaaaaaaaaaaaaaaaaaaaaaaa#/Cidr"}}""")]
    [InlineData("""{"Region":{"$embed":true,"$template":"eu"},"Login":{"User":"u","Key":{"$value":"k","$visibility":"Opaque"}},"Labels":["a",{"$value":"b"}]}""")]
    [InlineData("""{"Region":"eu-1","Port":null,"Login":null}""")]
    public void A_reference_or_a_secret_may_stand_where_a_value_may(string config)
    {
        var outcome = Plan(new Scenario().DeclareTarget(config: config));

        Assert.DoesNotContain(DiagnosticsOf(outcome), one => one.Path.StartsWith("Targets[0].Config", StringComparison.Ordinal) && one.Code is DiagnosticCodes.UnknownProperty or DiagnosticCodes.WrongPropertyType or DiagnosticCodes.RequiredFieldMissing);
    }

    [Fact]
    public void Namespaces_are_the_same_in_whatever_case() => Assert.Single(Invalid(new Scenario().DeclareTarget(config: """{"Region":7}""", @namespace: "demo")));

    [Fact]
    public void A_plugin_that_says_nothing_of_its_targets_has_them_unchecked()
    {
        var request = new Scenario().DeclareTarget(config: """{"Anything":[7]}""").Request(CommandKind.Apply, ApplyMode.Reconcile);

        Assert.IsType<PlanOutcome.Planned>(Planner.Plan(request));
    }

    [Fact]
    public void A_plugin_that_lists_no_fields_takes_others_too()
    {
        var open = new Scenario().DeclareTarget(config: """{"Anything":[7]}""").Request(CommandKind.Apply, ApplyMode.Reconcile) with
        {
            TargetConfigs = new Dictionary<string, ResourceSchema> { ["DEMO"] = Config with { Fields = [], Hints = new Dictionary<string, FieldHint> { ["Port"] = new() { Type = "integer" } } } },
        };

        Assert.IsType<PlanOutcome.Planned>(Planner.Plan(open));
    }

    [Fact]
    public void A_stored_target_that_no_longer_fits_is_in_nobodys_way()
    {
        var outcome = Plan(new Scenario().GivenTarget("old", """{"Regoin":7}""").DeclareStack().DeclareTarget().Declare("a", target: "old"));

        Assert.Empty(Assert.IsType<PlanOutcome.Planned>(outcome).Plan.Warnings);
    }

    [Fact]
    public void What_means_nothing_or_is_missing_is_only_warned_of_where_the_stored_target_is_so_too()
    {
        var outcome = Plan(new Scenario().GivenTarget(config: """{"Regoin":"x"}""").DeclareTarget(config: """{"Regoin":"x"}"""));

        var plan = Assert.IsType<PlanOutcome.Planned>(outcome).Plan;
        Assert.Empty(plan.Targets);
        Assert.Equal(["UnknownProperty Warning", "RequiredFieldMissing Warning"], plan.Warnings.Select(warning => $"{warning.Code} {warning.Severity}"));
    }

    [Fact]
    public void A_new_mistake_in_a_stored_target_is_refused() =>
        Assert.Equal(["Targets[0].Config.Prot"], Invalid(new Scenario().GivenTarget(config: """{"Region":"eu-1","Regoin":"x"}""").DeclareTarget(config: """{"Region":"eu-1","Regoin":"x","Prot":1}"""))
            .Where(one => one.Severity == Severity.Error).Select(one => one.Path));

    [Fact]
    public void A_destroy_looks_at_no_config()
    {
        var request = new Scenario().GivenTarget(config: """{"Regoin":"x"}""").DeclareTarget(config: """{"Regoin":"x"}""").Request(CommandKind.Destroy, ApplyMode.Patch);

        Assert.IsType<PlanOutcome.Planned>(Planner.Plan(Checked(request)));
    }

    [Fact]
    public void What_a_plugin_says_to_be_a_secret_is_one_however_it_is_written()
    {
        var plan = Assert.IsType<PlanOutcome.Planned>(Plan(new Scenario().DeclareTarget(config: """{"Region":"eu-1","Token":"t","Login":{"User":"u","Key":{"$value":"k","$strategy":"Update"}}}"""))).Plan;

        Assert.Equal(
            """{"Region":"eu-1","Token":{"$value":"t","$visibility":"Opaque"},"Login":{"User":"u","Key":{"$value":"k","$strategy":"Update","$visibility":"Opaque"}}}""",
            Assert.Single(plan.Targets).Target.Config!.Value.GetRawText());
    }

    [Fact]
    public void A_secret_that_was_stored_as_a_plain_value_is_still_the_same() =>
        Assert.Empty(Assert.IsType<PlanOutcome.Planned>(Plan(new Scenario().GivenTarget(config: """{"Region":"eu-1","Token":"t"}""").DeclareTarget(config: """{"Region":"eu-1","Token":"t"}"""))).Plan.Targets);

    private static IReadOnlyList<Diagnostic> Invalid(Scenario scenario) => Assert.IsType<PlanOutcome.Invalid>(Plan(scenario)).Diagnostics;

    private static IReadOnlyList<Diagnostic> DiagnosticsOf(PlanOutcome outcome) => outcome switch
    {
        PlanOutcome.Invalid invalid => invalid.Diagnostics,
        PlanOutcome.Rejected rejected => rejected.Diagnostics,
        PlanOutcome.Planned planned => planned.Plan.Warnings,
        _ => [],
    };

    private static PlanOutcome Plan(Scenario scenario) => Planner.Plan(Checked(scenario.Request(CommandKind.Apply, ApplyMode.Reconcile)));

    private static PlanRequest Checked(PlanRequest request) => request with { TargetConfigs = new Dictionary<string, ResourceSchema> { ["DEMO"] = Config } };
}
