using System.Text.Json;
using Formae.Coordination.Intake;
using Formae.Coordination.Tests.Cluster;
using Formae.Engine.Planning;
using Formae.Model;
using Formae.Protocol.Http;

namespace Formae.Coordination.Tests.Acceptance;

/// <summary>What becomes of a field by what its schema says of it, from the document to the cloud.</summary>
public sealed class FieldTests : IAsyncLifetime
{
    private ControlPlane _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlane.StartAsync();

    public ValueTask DisposeAsync() => _plane.DisposeAsync();

    [Fact]
    public async Task F026_a_create_without_what_it_needs_is_refused_and_says_all_of_it()
    {
        foreach (var owner in (string[])["", """, "Owner": null""", """, "Owner": "" """])
        {
            var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document($$"""{ "Name": "a", "Placement": { "Rack": "r" }{{owner}} }""")));

            Assert.Equal((400, ErrorCodes.RequiredFieldMissingOnCreate), (refused.Status, refused.Error.Error));
            var data = refused.Error.Data!.Value;
            Assert.Equal("""["Owner","Placement.Zone"]""", data.GetProperty("MissingFields").GetRawText());
            Assert.Equal(("web", "one", "FakeAWS::Test::Everything"), (Text(data, "Stack"), Text(data, "Label"), Text(data, "Type")));
        }

        Assert.Empty(await _plane.InventoryAsync());
    }

    [Theory]
    [InlineData("""{ "Name": "a", "Owner": "me", "Placement": { "Zone": "z", "Rakc": "r" } }""", "Rakc", "UnknownProperty")]
    [InlineData("""{ "Name": "a", "Owner": "me", "Policy": "{\"a\":1,\"a\":2}" }""", "Policy", "InvalidJsonText")]
    [InlineData("""{ "Name": "a", "Owner": "me", "Policy": "no" }""", "Policy", "InvalidJsonText")]
    [InlineData("""{ "Name": "a", "Owner": "me", "Rules": [{ "Key": "k", "Value": "1" }, { "Key": "k", "Value": "2" }] }""", "Rules[1]", "DuplicateElement")]
    public async Task F037_what_a_field_cannot_be_is_an_error_with_its_place(string properties, string place, string code)
    {
        var refused = Assert.IsType<IntakeOutcome.Refused>(await _plane.SubmitAsync(Document(properties)));

        var wrong = Assert.Single(refused.Error.Diagnostics!);
        Assert.Equal((ErrorCodes.InvalidForma, code), (refused.Error.Error, wrong.Code));
        Assert.EndsWith(place, wrong.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F016_a_value_that_is_set_once_is_written_once()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Value": { "$value": "first", "$strategy": "SetOnce" } }""");

        await NothingAsync("""{ "Name": "a", "Owner": "me", "Value": { "$value": "second", "$strategy": "SetOnce" } }""");
        await NothingAsync("""{ "Name": "a", "Owner": "me", "Value": "third" }""");

        Assert.Equal("first", Text((await OneAsync()).GetProperty("Value"), "$value"));
    }

    [Fact]
    public async Task F017_a_tag_that_is_set_once_stays_when_another_changes()
    {
        const string made = """{ "Key": "made", "Value": { "$value": "1", "$strategy": "SetOnce" } }""";
        await CreateAsync($$"""{ "Name": "a", "Owner": "me", "Rules": [{ "Key": "env", "Value": "dev" }, {{made}}] }""");

        await NothingAsync($$"""{ "Name": "a", "Owner": "me", "Rules": [{{made.Replace("\"1\"", "\"2\"", StringComparison.Ordinal)}}, { "Key": "env", "Value": "dev" }] }""");
        var patch = await UpdateAsync($$"""{ "Name": "a", "Owner": "me", "Rules": [{{made.Replace("\"1\"", "\"2\"", StringComparison.Ordinal)}}, { "Key": "env", "Value": "prod" }] }""");

        Assert.Equal("""[{"op":"replace","path":"/Rules/0/Value","value":"prod"}]""", patch);
    }

    [Fact]
    public async Task F027_what_every_update_needs_is_added_to_its_patch_and_is_no_reason_for_one()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Token": "t", "Value": "1" }""");

        await NothingAsync("""{ "Name": "a", "Owner": "me", "Token": "t", "Value": "1" }""");
        foreach (var value in (string[])["2", "3"])
        {
            Assert.Equal(
                $$"""[{"op":"replace","path":"/Value","value":"{{value}}"},{"op":"add","path":"/Token","value":"t"}]""",
                await UpdateAsync($$"""{ "Name": "a", "Owner": "me", "Token": "t", "Value": "{{value}}" }"""));
        }
    }

    [Fact]
    public async Task F028_F029_what_the_cloud_fills_in_is_no_difference_at_any_depth()
    {
        const string declared = """{ "Name": "a", "Owner": "me", "Ports": [{ "Number": 1 }, { "Number": 2, "Protocol": "udp" }], "Rules": [{ "Key": "k", "Value": "v" }], "Features": [{ "Key": "f", "Value": "1" }] }""";
        await CreateAsync(declared);

        var stored = await OneAsync();
        Assert.Equal("small", Text(stored, "Size"));
        Assert.Equal("tcp", Text(stored.GetProperty("Ports")[0], "Protocol"));
        Assert.Equal(100, stored.GetProperty("Rules")[0].GetProperty("Priority").GetInt32());
        Assert.Equal(2, stored.GetProperty("Features").GetArrayLength());
        await NothingAsync(declared);
        await NothingAsync("""{ "Name": "a", "Owner": "me", "Ports": [{ "Number": 2, "Protocol": "udp" }, { "Number": 1 }], "Rules": [{ "Key": "k", "Value": "v" }] }""");

        // What is declared counts, also where the cloud would have filled it in.
        Assert.Equal("""[{"op":"replace","path":"/Size","value":"large"}]""", await UpdateAsync(declared.Replace("\"Owner\"", "\"Size\": \"large\", \"Owner\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task F030_F031_an_empty_collection_clears_and_one_that_is_left_out_stays()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Bag": ["x"], "Steps": ["s"], "Value": "v" }""");

        await NothingAsync("""{ "Name": "a", "Owner": "me", "Value": "v" }""");
        await NothingAsync("""{ "Name": "a", "Owner": "me", "Bag": null, "Value": "", "Window": {}, "Rules": [], "Placement": null }""");
        Assert.Equal("""[{"op":"remove","path":"/Bag/0"}]""", await UpdateAsync("""{ "Name": "a", "Owner": "me", "Bag": [] }"""));

        var left = await OneAsync();
        Assert.False(left.TryGetProperty("Bag", out var bag) && bag.GetArrayLength() > 0);
        Assert.Equal(("v", "s"), (Text(left, "Value"), left.GetProperty("Steps")[0].GetString()));
    }

    [Fact]
    public async Task F032_a_set_has_no_order_and_a_reconcile_makes_it_whole()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Bag": ["x", "y"] }""");

        await NothingAsync("""{ "Name": "a", "Owner": "me", "Bag": ["y", "x", "y"] }""");
        await UpdateAsync("""{ "Name": "a", "Owner": "me", "Bag": ["z", "y"] }""");

        Assert.Equal("""["y","z"]""", (await OneAsync()).GetProperty("Bag").GetRawText());
    }

    [Fact]
    public async Task F032_F034_a_patch_only_adds_to_sets()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Bag": ["x"], "Rules": [{ "Key": "k", "Value": "1" }, { "Key": "l", "Value": "1" }] }""");

        await UpdateAsync("""{ "Name": "a", "Bag": ["z"], "Rules": [{ "Key": "m", "Value": "1" }, { "Key": "l", "Value": "2" }] }""", ApplyMode.Patch);

        var stored = await OneAsync();
        Assert.Equal("""["x","z"]""", stored.GetProperty("Bag").GetRawText());
        Assert.Equal(["k=1", "l=2", "m=1"], stored.GetProperty("Rules").EnumerateArray().Select(rule => $"{Text(rule, "Key")}={Text(rule, "Value")}"));
    }

    [Fact]
    public async Task F033_the_order_of_an_array_counts()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Steps": ["x", "y"] }""");

        Assert.Equal(
            """[{"op":"replace","path":"/Steps/0","value":"y"},{"op":"replace","path":"/Steps/1","value":"x"}]""",
            await UpdateAsync("""{ "Name": "a", "Owner": "me", "Steps": ["y", "x"] }"""));
        Assert.Equal("""["y","x"]""", (await OneAsync()).GetProperty("Steps").GetRawText());
    }

    [Fact]
    public async Task F034_entities_are_changed_added_and_removed_by_their_key()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Rules": [{ "Key": "gone", "Value": "1" }, { "Key": "k", "Value": "1" }] }""");

        Assert.Equal(
            """[{"op":"remove","path":"/Rules/0"},{"op":"replace","path":"/Rules/0/Value","value":"2"},{"op":"add","path":"/Rules/1","value":{"Key":"new"}}]""",
            await UpdateAsync("""{ "Name": "a", "Owner": "me", "Rules": [{ "Key": "new" }, { "Key": "k", "Value": "2" }] }"""));
        Assert.Equal("""[{"op":"remove","path":"/Rules"}]""", await UpdateAsync("""{ "Name": "a", "Owner": "me" }"""));
        Assert.False((await OneAsync()).TryGetProperty("Rules", out _));
    }

    [Fact]
    public async Task F035_an_atomic_object_is_replaced_as_a_whole()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Window": { "From": 1, "To": 2 } }""");

        Assert.Equal("""[{"op":"replace","path":"/Window","value":{"From":3}}]""", await UpdateAsync("""{ "Name": "a", "Owner": "me", "Window": { "From": 3 } }"""));
        Assert.Equal("""{"From":3}""", (await OneAsync()).GetProperty("Window").GetRawText());
    }

    [Fact]
    public async Task F036_another_type_of_value_is_one_replace()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Anything": { "a": [1] } }""");

        Assert.Equal("""[{"op":"replace","path":"/Anything","value":"text"}]""", await UpdateAsync("""{ "Name": "a", "Owner": "me", "Anything": "text" }"""));
    }

    [Fact]
    public async Task F037_a_JSON_text_in_another_format_is_no_change()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Policy": "{\"a\":1,\"b\":[true]}" }""");

        await NothingAsync("""{ "Name": "a", "Owner": "me", "Policy": "{ \"b\": [ true ], \"a\": 1 }" }""");
        await UpdateAsync("""{ "Name": "a", "Owner": "me", "Policy": "{\"a\":2}" }""");
    }

    [Fact]
    public async Task F038_a_write_only_field_is_sent_again_only_when_it_changes()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Script": "one", "Seed": "s", "Secret": "x" }""");

        await NothingAsync("""{ "Name": "a", "Owner": "me", "Script": "one", "Seed": "s", "Secret": "x" }""");
        await NothingAsync("""{ "Name": "a", "Owner": "me", "Script": "one", "Seed": "other", "Secret": "x" }""");
        Assert.Equal("""[{"op":"replace","path":"/Script","value":"two"}]""", await UpdateAsync("""{ "Name": "a", "Owner": "me", "Script": "two", "Seed": "s", "Secret": "x" }"""));
        Assert.Equal("two", Text(await OneAsync(), "Script"));
    }

    [Fact]
    public async Task F039_a_change_of_a_create_only_field_is_a_pair_that_says_why()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Value": "1" }""");

        var command = await _plane.RunAsync(Document("""{ "Name": "b", "Owner": "me", "Value": "2" }"""));

        ControlPlane.Succeeded(command);
        var updates = command.ResourceUpdates!.ToDictionary(update => update.Operation!);
        Assert.Equal(2, updates.Count);
        Assert.Equal(updates["delete"].GroupId, updates["create"].GroupId);
        Assert.NotNull(updates["delete"].GroupId);
        Assert.Equal("""[{"op":"replace","path":"/Name","value":"b"}]""", updates["delete"].CreateOnlyPatch!.Value.GetRawText());
        Assert.Null(updates["create"].CreateOnlyPatch);
        Assert.Equal(("b", "2"), (Text(await OneAsync(), "Name"), Text(await OneAsync(), "Value")));
    }

    [Fact]
    public async Task F040_a_create_only_field_inside_of_an_object_forces_a_replace_and_its_neighbour_does_not()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me", "Placement": { "Zone": "z", "Rack": "1", "Note": "n" } }""");

        Assert.Equal("""[{"op":"replace","path":"/Placement/Note","value":"m"}]""", await UpdateAsync("""{ "Name": "a", "Owner": "me", "Placement": { "Zone": "z", "Rack": "1", "Note": "m" } }"""));
        var command = await _plane.RunAsync(Document("""{ "Name": "a", "Owner": "me", "Placement": { "Zone": "z", "Rack": "2", "Note": "m" } }"""));

        Assert.Equal(["create", "delete"], command.ResourceUpdates!.Select(update => update.Operation).Order());
        Assert.Equal("2", Text((await OneAsync()).GetProperty("Placement"), "Rack"));
    }

    [Fact]
    public async Task F041_what_the_cloud_returns_beside_the_fields_is_read_only()
    {
        await CreateAsync("""{ "Name": "a", "Owner": "me" }""");

        var one = Assert.Single(await _plane.InventoryAsync());
        Assert.StartsWith("arn:fake:everything:", Text(one.ReadOnlyProperties!.Value, "Arn"), StringComparison.Ordinal);
        Assert.False(one.Properties!.Value.TryGetProperty("Arn", out _));
    }

    private static string Document(string properties) => $$"""
        {
          "Stacks": [{ "Label": "web" }],
          "Targets": [{ "Label": "eu", "Namespace": "FakeAWS", "Config": { "Region": "eu-1" } }],
          "Resources": [{ "Label": "one", "Type": "FakeAWS::Test::Everything", "Stack": "web", "Target": "eu", "Properties": {{properties}} }]
        }
        """;

    private async Task CreateAsync(string properties)
    {
        var command = await _plane.RunAsync(Document(properties));
        ControlPlane.Succeeded(command);
        Assert.Equal("create", Assert.Single(command.ResourceUpdates!).Operation);
    }

    private async Task NothingAsync(string properties)
    {
        var outcome = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Document(properties)));
        Assert.False(outcome.Response.Simulation.ChangesRequired, outcome.Response.Simulation.Command.ResourceUpdates?[0].PatchDocument.ToString());
    }

    /// <summary>The patch, as a person sees it, of an update that succeeded.</summary>
    private async Task<string> UpdateAsync(string properties, ApplyMode mode = ApplyMode.Reconcile)
    {
        var command = await _plane.RunAsync(Document(properties), mode: mode);
        ControlPlane.Succeeded(command);
        var update = Assert.Single(command.ResourceUpdates!);
        Assert.Equal("update", update.Operation);
        await SameAgainAsync(properties, mode);
        return update.PatchDocument!.Value.GetRawText();
    }

    private async Task SameAgainAsync(string properties, ApplyMode mode)
    {
        var again = Assert.IsType<IntakeOutcome.Answered>(await _plane.SubmitAsync(Document(properties), mode: mode));
        Assert.False(again.Response.Simulation.ChangesRequired, again.Response.Simulation.Command.ResourceUpdates?[0].PatchDocument.ToString());
    }

    private async Task<JsonElement> OneAsync() => Assert.Single(await _plane.InventoryAsync()).Properties!.Value;

    private static string? Text(JsonElement value, string name) => value.GetProperty(name).GetString();
}
