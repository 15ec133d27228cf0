using Formae.Engine.Operations;
using Formae.Engine.Planning;
using Formae.Engine.Tests.Planning;
using Formae.Model;

namespace Formae.Engine.Tests.Operations;

public sealed class NameChangeTests
{
    [Theory]
    [InlineData("a", "s", "b", "s", "Renamed from 'a'; the resource itself was not changed.")]
    [InlineData("a", "s", "a", "t", "Moved from the stack 's'; the resource itself was not changed.")]
    [InlineData("a", "s", "b", "t", "Renamed from 'a' and moved from the stack 's'; the resource itself was not changed.")]
    [InlineData("a", Stack.Unmanaged, "a", "t", "Adopted into the stack 't'; the resource itself was not changed.")]
    public void It_says_what_it_is(string label, string stack, string newLabel, string newStack, string sentence) =>
        Assert.Equal(sentence, NameChange.Of(Update(label, stack, newLabel, newStack)));

    [Fact]
    public void What_changes_the_resource_too_is_an_update()
    {
        var update = Update("a", "s", "b", "s");

        Assert.Null(NameChange.Of(update with { Resource = update.Resource with { Properties = Scenario.Json("""{"Name":"n","Cidr":"other"}""") } }));
        Assert.Null(NameChange.Of(update with { Rewrites = ["producer"] }));
        Assert.Null(NameChange.Of(update with { Resource = update.Existing! }));
        Assert.Null(NameChange.Of(update with { Operation = ResourceOperation.Create, Existing = null }));
    }

    private static ResourceUpdate Update(string label, string stack, string newLabel, string newStack)
    {
        var existing = new Resource { Ksuid = "k", Label = label, Stack = stack, Type = Scenario.Vnet, Schema = Scenario.VnetSchema, Properties = Scenario.Json("""{"Name":"n","Cidr":"c"}""") };
        return new ResourceUpdate { Node = "n", Operation = ResourceOperation.Update, Existing = existing, Resource = existing with { Label = newLabel, Stack = newStack } };
    }
}
