using Formae.Engine.Planning;
using Formae.Model;
using static Formae.Engine.Tests.Planning.Scenario;

namespace Formae.Engine.Tests.Planning;

/// <summary>Alternatives in documents: two are refused, and another one than before takes the place of the stored one.</summary>
public sealed class AlternativePlanTests
{
    [Theory]
    [InlineData(ApplyMode.Reconcile), InlineData(ApplyMode.Patch)]
    public void Another_alternative_than_before_is_an_update_that_removes_the_stored_one(ApplyMode mode)
    {
        var scenario = new Scenario().Given("net1", """{"Name":"n","Cidr":"10.0.0.0/8"}""").DeclareStack().Declare("net1", """{"Name":"n","Pool":"p"}""");

        var plan = mode == ApplyMode.Patch ? scenario.Patch() : scenario.Reconcile();

        var update = Assert.Single(plan.Resources);
        Assert.Equal(ResourceOperation.Update, update.Operation);
        Assert.Equal("""[{"op":"add","path":"/Pool","value":"p"},{"op":"remove","path":"/Cidr"}]""", update.Patch!.Value.GetRawText());
        Assert.Equal("""{"Name":"n","Pool":"p"}""", update.Resource.Properties!.Value.GetRawText());
        Assert.Equal(update.Patch!.Value.GetRawText(), ExecutedPatch.Of(update, _ => null).Properties.GetRawText());
    }

    [Fact]
    public void The_same_alternative_as_before_is_nothing_to_do() =>
        Assert.Empty(new Scenario().Given("net1", """{"Name":"n","Cidr":"10.0.0.0/8"}""").DeclareStack().Declare("net1", """{"Name":"n","Cidr":"10.0.0.0/8"}""").Reconcile().Resources);

    [Fact]
    public void Two_alternatives_are_refused_at_the_place_of_the_second()
    {
        var wrong = new Scenario().GivenTarget().DeclareStack().Declare("net1", """{"Name":"n","Cidr":"10.0.0.0/8","Pool":"p"}""").Wrong();

        Assert.Equal((DiagnosticCodes.ConflictingProperties, "Resources[0].Properties.Pool"), (wrong.Code, wrong.Path));
        Assert.Equal("'Pool' and 'Cidr' of DEMO::Net::Vnet cannot both be there: they are alternatives.", wrong.Summary);
    }

    [Fact]
    public void Two_alternatives_in_an_element_are_refused_at_the_place_of_the_second() =>
        Assert.Equal("Resources[0].Properties.Tags[1].From", new Scenario().GivenTarget().DeclareStack().Declare("net1", """{"Name":"n","Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"1","From":"x"}]}""").Wrong().Path);

    [Fact]
    public void A_field_beside_a_value_that_it_does_not_go_with_is_refused()
    {
        var wrong = new Scenario().GivenTarget().DeclareStack().Declare("net1", """{"Name":"n","Pool":"q","Tags":[{"Key":"a","Shown":"x"}]}""").Wrong();

        Assert.Equal((DiagnosticCodes.ConflictingProperties, "Resources[0].Properties.Tags[0].Shown"), (wrong.Code, wrong.Path));
        Assert.Contains("goes only with Pool p", wrong.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Name":"n","Cidr":"10.0.0.0/8","Pool":null}""")]
    [InlineData("""{"Name":"n","Cidr":"10.0.0.0/8","Pool":""}""")]
    [InlineData("""{"Name":"n","Pool":"p","Tags":[{"Key":"a","Shown":"x"}]}""")]
    [InlineData("""{"Name":"n","Tags":[{"Key":"a","Shown":"x"}]}""")]
    public void What_is_left_out_is_no_alternative(string properties) => Assert.Single(new Scenario().GivenTarget().DeclareStack().Declare("net1", properties).Reconcile().Resources);
}
