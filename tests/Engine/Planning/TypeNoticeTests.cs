using Formae.Engine.Planning;
using Formae.Model;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

public sealed class TypeNoticeTests
{
    private const string Text = "Nothing of it is checked beforehand.";

    [Fact]
    public void What_a_plugin_says_of_a_type_is_a_warning_of_each_plan_that_uses_it_once()
    {
        var warning = Assert.Single(Warnings(new Scenario().GivenTarget().DeclareStack().Declare("a").Declare("b").Declare("c", """{"Name":"n"}""", Subnet)));

        Assert.Equal((Severity.Warning, DiagnosticCodes.TypeNotice, "Resources[0].Type"), (warning.Severity, warning.Code, warning.Path));
        Assert.Equal($"{Vnet}: {Text}", warning.Summary);
    }

    [Fact]
    public void A_document_without_such_a_type_is_not_warned() =>
        Assert.Empty(Warnings(new Scenario().GivenTarget().DeclareStack().Declare("c", """{"Name":"n"}""", Subnet)));

    [Fact]
    public void It_stands_beside_what_is_wrong()
    {
        var outcome = Planner.Plan(Noticed(new Scenario().GivenTarget().DeclareStack().Declare("a", """{"Nmae":"n"}""")));

        Assert.Equal([DiagnosticCodes.TypeNotice, DiagnosticCodes.UnknownProperty], Assert.IsType<PlanOutcome.Invalid>(outcome).Diagnostics.Select(one => one.Code).Order());
    }

    private static IReadOnlyList<Diagnostic> Warnings(Scenario scenario) => Assert.IsType<PlanOutcome.Planned>(Planner.Plan(Noticed(scenario))).Plan.Warnings;

    private static PlanRequest Noticed(Scenario scenario)
    {
        var request = scenario.Request(CommandKind.Apply, ApplyMode.Reconcile);
        return request with { Schemas = request.Schemas.ToDictionary(type => type.Key, type => type.Key == Vnet ? type.Value with { Notice = Text } : type.Value) };
    }
}
