using System.Text.Json.Nodes;
using Formae.ArmSimulator;
using Formae.Model;
using Formae.Plugins.AzureResources.Mapping;
using Formae.Plugins.AzureResources.Resources;
using Formae.Protocol.Bus;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Plugins.AzureResources.Tests;

/// <summary>Resources of types that the plugin knows nothing of.</summary>
public sealed class OpenBodyTests
{
    private const string Sub = $"/subscriptions/{Simulator.SubscriptionId}";

    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"a":2}""", """{"a":1}""", """{"a":2}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":0}}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":{}}""", """{"a":{"password":"p"}}""", """{"a":{"password":"p"}}""")]
    [InlineData("""{"l":["y","x"]}""", """{"l":["x","y"]}""", """{"l":["x","y"]}""")]
    [InlineData("""{"l":["x","z"]}""", """{"l":["x","y"]}""", """{"l":["x","z"]}""")]
    [InlineData("""{"l":[{"name":"b","p":2},{"name":"a","p":1,"q":9}]}""", """{"l":[{"name":"a","p":1}]}""", """{"l":[{"name":"a","p":1},{"name":"b","p":2}]}""")]
    [InlineData("""{"l":[{"p":3,"q":1}]}""", """{"l":[{"p":2}]}""", """{"l":[{"p":3}]}""")]
    [InlineData("""{"i":"/subscriptions/S/resourcegroups/G"}""", """{"i":"/subscriptions/s/resourceGroups/g"}""", """{"i":"/subscriptions/s/resourceGroups/g"}""")]
    [InlineData("""{"a":"text"}""", """{"a":{"b":1}}""", """{"a":"text"}""")]
    public void Of_what_Azure_shows_what_was_written_counts(string live, string written, string expected) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), OpenBody.Written(JsonNode.Parse(live), JsonNode.Parse(written))), $"{OpenBody.Written(JsonNode.Parse(live), JsonNode.Parse(written))}");

    [Fact]
    public void The_rest_is_output_but_for_what_sounds_like_a_secret()
    {
        var live = JsonNode.Parse("""{"properties":{"size":1,"ip":"10.0.0.1","primaryKey":"k","adminPassword":"p","nested":[{"accessToken":"t","port":1}]},"identity":{"principalId":"x"}}""")!.AsObject();

        var others = OpenBody.Others(live, JsonNode.Parse("""{"properties":{"size":1}}""")!.AsObject());

        Assert.Equal("""{"properties":{"ip":"10.0.0.1","nested":[{"port":1}]},"identity":{"principalId":"x"}}""", others.ToJsonString());
    }

    [Theory]
    [InlineData("Microsoft.Network/publicIPAddresses", "ip", "web", null, $"{Sub}/resourceGroups/web/providers/Microsoft.Network/publicIPAddresses/ip")]
    [InlineData("Microsoft.Sql/servers/databases", "s/d", "web", null, $"{Sub}/resourceGroups/web/providers/Microsoft.Sql/servers/s/databases/d")]
    [InlineData("Microsoft.Sql/servers/databases", "d", null, $"{Sub}/resourceGroups/web/providers/Microsoft.Sql/servers/s", $"{Sub}/resourceGroups/web/providers/Microsoft.Sql/servers/s/databases/d")]
    [InlineData("Microsoft.Authorization/locks", "keep", null, $"{Sub}/resourceGroups/web/providers/Microsoft.Sql/servers/s", $"{Sub}/resourceGroups/web/providers/Microsoft.Sql/servers/s/providers/Microsoft.Authorization/locks/keep")]
    [InlineData("Microsoft.Authorization/locks", "keep", null, $"{Sub}/resourceGroups/web", $"{Sub}/resourceGroups/web/providers/Microsoft.Authorization/locks/keep")]
    [InlineData("Microsoft.Authorization/policyAssignments", "p", null, null, $"{Sub}/providers/Microsoft.Authorization/policyAssignments/p")]
    public void An_id_is_made_of_what_the_document_says(string type, string name, string? group, string? parent, string expected)
    {
        var resource = new AnyResource { Type = type, ApiVersion = "v", Name = name, ResourceGroup = group, ParentId = parent };

        Assert.Null(AnyResourceId.TryBuild(resource, Simulator.SubscriptionId, out var id));
        Assert.Equal(expected, id);

        // Read off again it names the same object.
        var read = AnyResourceId.TryRead(id)!.Value;
        Assert.Null(AnyResourceId.TryBuild(new AnyResource { Type = read.Type, ApiVersion = "v", Name = read.Name, ResourceGroup = read.ResourceGroup, ParentId = read.ParentId }, Simulator.SubscriptionId, out var again));
        Assert.Equal(id, again);
    }

    [Theory]
    [InlineData("Type", "publicIPAddresses", "ip", "web", null)]
    [InlineData("Name", "Microsoft.Network/publicIPAddresses", "../other", "web", null)]
    [InlineData("Name", "Microsoft.Network/publicIPAddresses", "", "web", null)]
    [InlineData("Name", "Microsoft.Network/publicIPAddresses", "a?x=y", "web", null)]
    [InlineData("Name", "Microsoft.Sql/servers/databases", "d", "web", null)]
    [InlineData("ResourceGroup", "Microsoft.Network/publicIPAddresses", "ip", "web/x", null)]
    [InlineData("ParentId", "Microsoft.Authorization/locks", "keep", "web", Sub)]
    [InlineData("ParentId", "Microsoft.Authorization/locks", "keep", null, "/subscriptions/00000000-0000-0000-0000-00000000000f/resourceGroups/web")]
    [InlineData("ResourceGroup", "Microsoft.Network/publicIPAddresses", "ip", "..", null)]
    [InlineData("Name", "Microsoft.Network/publicIPAddresses", "..", "web", null)]
    [InlineData("Name", "Microsoft.Network/publicIPAddresses", "%2e%2e", "web", null)]
    [InlineData("Name", "Microsoft.Network/publicIPAddresses", "a#b", "web", null)]
    [InlineData("Type", "../../resourceGroups", "other/web", null, null)]
    [InlineData("Type", "../resourceGroups", "web", null, null)]
    [InlineData("Type", "Microsoft.Network/..", "ip", "web", null)]
    [InlineData("Type", "Microsoft.Network/./x", "a/b", "web", null)]
    [InlineData("Type", "Microsoft.Network/x?a=b", "ip", "web", null)]
    [InlineData("Type", "Microsoft.Network/x#", "ip", "web", null)]
    [InlineData("Type", "Microsoft.Network/%2e%2e", "ip", "web", null)]
    [InlineData("Type", "..\\..\\resourceGroups/x", "ip", "web", null)]
    [InlineData("ParentId", "Microsoft.Authorization/locks", "keep", null, $"{Sub}/../00000000-0000-0000-0000-00000000000f/resourceGroups/g")]
    [InlineData("ParentId", "Microsoft.Authorization/locks", "keep", null, $"{Sub}/resourceGroups/./g")]
    [InlineData("ParentId", "Microsoft.Authorization/locks", "keep", null, $"{Sub}/%2e%2e/00000000-0000-0000-0000-00000000000f")]
    [InlineData("ParentId", "Microsoft.Authorization/locks", "keep", null, $"{Sub}/resourceGroups//g")]
    [InlineData("ParentId", "Microsoft.Authorization/locks", "keep", null, $"{Sub}/resourceGroups/g?a=b")]
    [InlineData("ParentId", "Microsoft.Authorization/locks", "keep", null, $"{Sub}/resourceGroups/g#")]
    [InlineData("ParentId", "Microsoft.Authorization/locks", "keep", null, $"{Sub}/resourceGroups/g/")]
    [InlineData("ParentId", "Microsoft.Authorization/locks", "keep", null, $"{Sub}f/resourceGroups/g")]
    [InlineData("ResourceGroup", "Microsoft.Resources/resourceGroups", "web", null, null)]
    public void What_makes_no_id_is_refused(string mentions, string type, string name, string? group, string? parent)
    {
        var problem = AnyResourceId.TryBuild(new AnyResource { Type = type, ApiVersion = "v", Name = name, ResourceGroup = group, ParentId = parent }, Simulator.SubscriptionId, out _);

        Assert.Equal(ProblemCodes.InvalidRequest, problem?.Code);
        Assert.Contains(mentions, problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_Azure_adds_is_no_drift_and_one_that_was_written_is()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None);
        var made = await arm.MadeAsync(Arm.AnyType, Arm.ThingOf());
        var stored = Fields(made);

        arm.Cloud.Change(Arm.Thing, """{"properties":{"added":{"by":"Azure"}},"sku":{"name":"Free"}}""");
        var report = await arm.CompleteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf("""{"size":2}"""), stored));
        Assert.Equal(OperationStatus.Success, report.Status);
        Assert.Equal("""{"properties":{"added":{"by":"Azure"}},"sku":{"name":"Free"}}""", Sorted(report.Properties!.Value.GetProperty("Outputs").GetRawText()));
        Assert.Equal("Azure", (string?)arm.Cloud.Find(Arm.Thing)!["properties"]!["added"]!["by"]);

        stored = Fields(report);
        arm.Cloud.Change(Arm.Thing, """{"properties":{"size":7}}""");
        Assert.Equal(OperationStatus.Drifted, (await arm.CompleteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf("""{"size":3}"""), stored))).Status);
    }

    [Fact]
    public async Task What_has_a_field_of_its_own_does_not_stand_in_the_body()
    {
        await using var arm = await Arm.StartAsync();
        var wrong = Arm.Json("""{"Type":"Test.Things/things","ApiVersion":"2024-01-01","Name":"one","ResourceGroup":"web","Body":{"location":"here"}}""");

        var report = await arm.CompleteAsync(Requests.Create(Arm.AnyType, wrong));

        Assert.Equal(ProblemCodes.InvalidRequest, report.Problem?.Code);
        Assert.Contains("Body.location", report.Problem!.Message, StringComparison.Ordinal);
        Assert.Empty(arm.Simulator.Requests.All);
    }

    [Fact]
    public async Task What_was_found_is_read_in_the_newest_version_that_is_no_preview()
    {
        await using var arm = await Arm.StartAsync();
        var made = await arm.MadeAsync(Arm.AnyType, Arm.Json("""{"Type":"Microsoft.Network/publicIPAddresses","ApiVersion":"2023-01-31","Name":"ip","ResourceGroup":"web","Location":"westeurope"}"""));

        var read = await arm.CompleteAsync(Requests.Read(Arm.AnyType, made.NativeId!));

        Assert.Equal(("2024-05-01", "ip", "web"), (Text(read, "ApiVersion"), Text(read, "Name"), Text(read, "ResourceGroup")));
    }

    [Fact]
    public async Task A_patch_sends_what_the_document_says_and_nothing_else()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None);
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf());
        arm.Cloud.Change(Arm.Thing, """{"properties":{"added":1}}""");

        var report = await arm.CompleteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf("""{"size":2}""", ""","Location":"westeurope","UpdateWith":"Patch" """)));

        Assert.Equal((OperationStatus.Success, "Patch"), (report.Status, Text(report, "UpdateWith")));
        Assert.Equal($$$"""{"properties":{"size":2},"tags":{"formae-ksuid":"{{{Requests.Ksuid}}}"}}""", arm.Simulator.Requests.All.Single(request => request.Method == "PATCH").Body);
        Assert.Equal(1, (int)arm.Cloud.Find(Arm.Thing)!["properties"]!["added"]!);
    }

    private static string? Text(OperationReport report, string field) => report.Properties?.GetProperty(field).GetString();

    private static string Sorted(string json)
    {
        var whole = JsonNode.Parse(json)!.AsObject();
        return new JsonObject(whole.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))).ToJsonString();
    }

    /// <summary>What the coordinator stores of a report.</summary>
    private static JsonObject Fields(OperationReport report) =>
        new(JsonNode.Parse(report.Properties!.Value.GetRawText())!.AsObject().Where(field => field.Key is not ("Id" or "ProvisioningState" or "Outputs")).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
}
