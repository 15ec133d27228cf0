using Formae.ArmSimulator;
using Formae.Model;
using Formae.Protocol.Bus;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Plugins.AzureResources.Tests;

/// <summary>A document without tags wants none: the control plane then sends none, and none are left but the mark and what Azure hides.</summary>
public sealed class TagTests
{
    private const string Tags = ""","Tags":[{"Key":"a","Value":"1"}]""";
    private const string Network = $"{Arm.GroupId}/providers/Microsoft.Network/virtualNetworks/net";
    private const string Account = $"{Arm.GroupId}/providers/Microsoft.Storage/storageAccounts/shop";

    [Theory]
    [InlineData(Arm.NetworkType, Network, """{"Name":"net","ResourceGroup":"web","Location":"westeurope","AddressPrefixes":["10.0.0.0/16"]MORE}""")]
    [InlineData("Azure::Storage::StorageAccount", Account, """{"Name":"shop","ResourceGroup":"web","Location":"westeurope","Sku":"Standard_LRS","Kind":"StorageV2"MORE}""")]
    [InlineData(Arm.GroupType, Arm.GroupId + "2", """{"Name":"web2","Location":"westeurope"MORE}""")]
    [InlineData(Arm.AnyType, Arm.Thing, """{"Type":"Test.Things/things","ApiVersion":"2024-01-01","Name":"one","ResourceGroup":"web","Location":"westeurope","Body":{"properties":{"size":1}}MORE}""")]
    [InlineData(Arm.AnyType, Arm.Thing, """{"Type":"Test.Things/things","ApiVersion":"2024-01-01","Name":"one","ResourceGroup":"web","Location":"westeurope","UpdateWith":"Patch","Body":{"properties":{"size":1}}MORE}""")]
    public async Task Tags_that_are_taken_out_of_the_document_are_removed(string type, string id, string properties)
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None);
        await arm.MadeAsync(type, Arm.Json(properties.Replace("MORE", Tags, StringComparison.Ordinal)));
        arm.Cloud.Change(id, """{"tags":{"hidden-link:x":"Resource"}}""");

        var report = await arm.CompleteAsync(Requests.Update(type, id, Arm.Json(properties.Replace("MORE", "", StringComparison.Ordinal))));

        Assert.Equal((OperationStatus.Success, null), (report.Status, report.Problem?.Message));
        Assert.False(report.Properties!.Value.TryGetProperty("Tags", out var left) && left.GetArrayLength() > 0);
        Assert.Equal(["formae-ksuid", "hidden-link:x"], TagsOf(arm, id));
    }

    [Fact]
    public async Task Tags_of_what_has_no_location_are_removed_too_and_the_mark_stays()
    {
        await using var arm = await Arm.StartAsync();
        arm.Cloud.Types["Test.Things/things"] = new TypeRules { NeedsLocation = false };
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf(more: Tags));

        var report = await arm.CompleteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf(more: "")));

        Assert.Equal(OperationStatus.Success, report.Status);
        Assert.Equal(["formae-ksuid"], TagsOf(arm, Arm.Thing));
    }

    [Fact]
    public async Task Whoever_has_no_tags_and_no_location_is_given_no_mark()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None, isTracked: false);
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf(more: ""));

        var report = await arm.CompleteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf("""{"size":2}""", more: "")));

        Assert.Equal(OperationStatus.Success, report.Status);
        Assert.Null(arm.Cloud.Find(Arm.Thing)!["tags"]);
    }

    [Fact]
    public async Task While_an_operation_with_tags_runs_the_update_that_wants_none_waits_and_its_own_is_followed()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.AsyncOperation);
        const string Where = ""","Location":"westeurope" """;
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf(more: Where + Tags));
        arm.Cloud.Polls = 5;
        await arm.ExecuteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf(more: Where + Tags)));
        var update = Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf(more: Where));
        Assert.Equal(ProblemCodes.ResourceConflict, (await arm.ExecuteAsync(update)).Problem?.Code);

        arm.Cloud.ForgetOperations();
        arm.Simulator.Requests.Clear();
        arm.Simulator.Faults.Add(new Fault { Kind = FaultKind.CutAfter, Method = "PUT" });
        Assert.Equal(ProblemCodes.NetworkFailure, (await arm.ExecuteAsync(update with { Attempt = 2, Sequence = 3 })).Problem?.Code);
        Assert.Equal(OperationStatus.Success, (await arm.CompleteAsync(update with { Attempt = 3, Sequence = 5 })).Status);

        Assert.Equal(1, arm.Simulator.Requests.Count("PUT", "/one"));
        Assert.Equal(["formae-ksuid"], TagsOf(arm, Arm.Thing));
    }

    private static IEnumerable<string> TagsOf(Arm arm, string id) => arm.Cloud.Find(id)!["tags"]!.AsObject().Select(tag => tag.Key).Order(StringComparer.Ordinal);
}
