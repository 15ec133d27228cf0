using Formae.Engine.Planning;
using Formae.Model;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

public sealed class SchemaAgreementTests
{
    [Fact]
    public void A_schema_that_takes_a_secret_for_none_or_the_other_way_round_is_wrong()
    {
        var plain = Wrong(With("Secret", hint => hint with { Opaque = false }));
        Assert.Equal((DiagnosticCodes.SchemaMismatch, "Resources[0].Schema.Hints.Secret"), (plain.Code, plain.Path));

        var secret = Wrong(With("Tags.Key", hint => hint with { Opaque = true }));
        Assert.Equal("Resources[0].Schema.Hints[\"Tags.Key\"]", secret.Path);
    }

    [Fact]
    public void A_schema_that_takes_a_replace_for_a_change_in_place_is_wrong() =>
        Assert.Equal("Resources[0].Schema.Hints.Name", Wrong(With("Name", hint => hint with { CreateOnly = false })).Path);

    [Fact]
    public void Any_other_difference_is_pointed_out_once_and_the_plugin_s_schema_counts()
    {
        var schema = With("Tags", hint => hint with { UpdateMethod = UpdateMethod.Set, IndexField = null }) with { Fields = [.. VnetSchema.Fields, "Old"] };
        var outcome = Outcome(schema, schema);

        var plan = Assert.IsType<PlanOutcome.Planned>(outcome).Plan;
        Assert.Equal(["Resources[0].Schema.Fields", "Resources[0].Schema.Hints.Tags"], plan.Warnings.Select(warning => warning.Path));
        Assert.Contains("UpdateMethod is 'Set' here and 'EntitySet' there", plan.Warnings[1].Summary, StringComparison.Ordinal);
        Assert.All(plan.Resources, update => Assert.Same(VnetSchema, update.Resource.Schema));
    }

    [Fact]
    public void A_schema_that_says_the_same_or_nothing_or_less_of_types_is_fine()
    {
        Assert.Empty(Assert.IsType<PlanOutcome.Planned>(Outcome(new ResourceSchema())).Plan.Warnings);
        Assert.Empty(Assert.IsType<PlanOutcome.Planned>(Outcome(With("Tags.Key", hint => new FieldHint()))).Plan.Warnings);
        Assert.Empty(Assert.IsType<PlanOutcome.Planned>(Outcome(With("Attached", hint => new FieldHint { AttachesTo = true }))).Plan.Warnings);
    }

    private static ResourceSchema With(string path, Func<FieldHint, FieldHint> change) =>
        VnetSchema with { Hints = VnetSchema.Hints.ToDictionary(hint => hint.Key, hint => hint.Key == path ? change(hint.Value) : hint.Value) };

    private static Diagnostic Wrong(ResourceSchema schema) => Assert.Single(Assert.IsType<PlanOutcome.Invalid>(Outcome(schema)).Diagnostics);

    private static PlanOutcome Outcome(params ResourceSchema[] schemas)
    {
        var scenario = new Scenario().GivenTarget().DeclareStack();
        for (var i = 0; i < schemas.Length; i++)
            scenario.Declare($"r{i}");
        var request = scenario.Request(CommandKind.Apply, ApplyMode.Reconcile);
        return Planner.Plan(request with { Forma = request.Forma with { Resources = [.. request.Forma.Resources.Select((resource, index) => resource with { Schema = schemas[index] })] } });
    }
}
