using System.Text.Json;
using Formae.Engine.Reports;
using Formae.Model;

namespace Formae.Engine.Tests.Reports;

/// <summary>A cloud may return collections without an order in any order; what the document says of their elements stays with them.</summary>
public sealed class StoredStateTests
{
    private const string Reference = """{"$ref":"formae://000000000000000000000000000#/Id","$value":"v","$applied":"v"}""";

    private static readonly ResourceSchema Schema = new()
    {
        Fields = ["Set", "Rules", "Steps"],
        Hints = new Dictionary<string, FieldHint>
        {
            ["Set"] = new() { UpdateMethod = UpdateMethod.Set },
            ["Set.D"] = new() { HasProviderDefault = true },
            ["Rules"] = new() { UpdateMethod = UpdateMethod.EntitySet, IndexField = "K" },
            ["Rules.W"] = new() { WriteOnly = true },
            ["Steps"] = new() { UpdateMethod = UpdateMethod.Array },
        },
    };

    [Theory]
    [InlineData($$"""{"Set":[{{Reference}},"w"]}""", """{"Set":["w","v"]}""", $$"""{"Set":["w",{{Reference}}]}""")]
    [InlineData($$"""{"Set":[{{Reference}},"w"]}""", """{"Set":["w","x","v"]}""", $$"""{"Set":["w","x",{{Reference}}]}""")]
    [InlineData($$"""{"Set":[{"A":{{Reference}}},{"A":"w"}]}""", """{"Set":[{"A":"w","D":1},{"A":"v","D":1}]}""", $$"""{"Set":[{"A":"w","D":1},{"A":{{Reference}},"D":1}]}""")]
    [InlineData("""{"Rules":[{"K":"a","W":"1"},{"K":"b","W":"2"}]}""", """{"Rules":[{"K":"b","V":3},{"K":"c"},{"K":"a"}]}""", """{"Rules":[{"K":"b","V":3,"W":"2"},{"K":"c"},{"K":"a","W":"1"}]}""")]
    [InlineData("""{"Rules":[{"K":"a","W":"1"}]}""", """{"Rules":[{"K":"c"}]}""", """{"Rules":[{"K":"c"}]}""")]
    [InlineData($$"""{"Steps":[{{Reference}},"w"]}""", """{"Steps":["v","w"]}""", $$"""{"Steps":[{{Reference}},"w"]}""")]
    public void F032_F034_what_was_declared_of_an_element_stays_with_it_in_any_order(string declared, string reported, string stored)
    {
        var merged = StoredState.Merge(JsonElement.Parse(declared), JsonElement.Parse(reported), Schema).Properties;

        Assert.Equal(stored, merged.GetRawText());
    }

    [Fact]
    public void F032_a_set_that_the_cloud_returns_in_another_order_needs_no_update()
    {
        var declared = JsonElement.Parse($$"""{"Set":[{{Reference}},"w"]}""");
        var merged = StoredState.Merge(declared, JsonElement.Parse("""{"Set":["w","v"]}"""), Schema).Properties;

        Assert.True(PropertyDiff.Between(merged, declared, Schema, DiffMode.Exact).IsEmpty);
    }
}
