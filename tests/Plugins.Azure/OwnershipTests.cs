using Formae.ArmSimulator;
using Formae.Model;
using Formae.Protocol.Bus;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Plugins.AzureResources.Tests;

/// <summary>Whose an object is, and what becomes of it when messages come twice and answers never.</summary>
public sealed class OwnershipTests
{
    private const string Stranger = "2zzzzzzzzzzzzzzzzzzzzzzzzz1";
    private const string Queue = $"{Arm.GroupId}/providers/Microsoft.ServiceBus/namespaces/bus/queues/orders";

    [Fact]
    public async Task What_somebody_else_has_made_is_not_taken_over()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None);
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf());

        var report = await arm.CompleteAsync(Requests.Create(Arm.AnyType, Arm.ThingOf()) with { Ksuid = Stranger });

        Assert.Equal(ProblemCodes.AlreadyExists, report.Problem?.Code);
        Assert.Equal(0, arm.Simulator.Requests.Count("PUT", "/one"));
    }

    [Fact]
    public async Task Without_tags_there_is_no_mark_and_only_a_create_in_doubt_takes_what_is_as_it_wants_it()
    {
        await using var arm = await Arm.StartAsync();
        await arm.MadeAsync("Azure::ServiceBus::Namespace", Arm.Json("""{"Name":"bus","ResourceGroup":"web","Location":"westeurope"}"""));
        var create = Requests.Create(Arm.QueueType, Arm.Json("""{"Name":"orders","ResourceGroup":"web","Namespace":"bus","MaxDeliveryCount":5}"""));
        Assert.Equal(OperationStatus.Success, (await arm.CompleteAsync(create)).Status);

        Assert.Equal(ProblemCodes.AlreadyExists, (await arm.CompleteAsync(create)).Problem?.Code);
        Assert.Equal(Queue, (await arm.CompleteAsync(create with { Doubt = Doubt.Unheard })).NativeId);
        var other = create with { Properties = Arm.Json("""{"Name":"orders","ResourceGroup":"web","Namespace":"bus","MaxDeliveryCount":6}"""), Doubt = Doubt.Unheard };
        Assert.Equal(ProblemCodes.AlreadyExists, (await arm.CompleteAsync(other)).Problem?.Code);
        Assert.Null(arm.Cloud.Find(Queue)!["tags"]);
    }

    [Theory]
    [InlineData(AsyncStyle.None)]
    [InlineData(AsyncStyle.AsyncOperation)]
    [InlineData(AsyncStyle.Location)]
    [InlineData(AsyncStyle.ProvisioningState)]
    public async Task A_create_whose_answer_was_lost_is_known_again_and_followed(AsyncStyle style)
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(style);
        arm.Cloud.Polls = 5;
        var create = Requests.Create(Arm.AnyType, Arm.ThingOf());
        arm.Simulator.Faults.Add(new Fault { Kind = FaultKind.CutAfter, Method = "PUT" });

        var lost = await arm.ExecuteAsync(create);
        Assert.Equal((ProblemCodes.NetworkFailure, true), (lost.Problem?.Code, lost.Problem?.LeavesDoubt));

        var report = await arm.CompleteAsync(create with { Attempt = 2, Doubt = Doubt.Unheard, Sequence = 5 });
        Assert.Null(report.Problem?.Message);
        Assert.Equal((OperationStatus.Success, Arm.Thing), (report.Status, report.NativeId));
        Assert.Equal(1, arm.Simulator.Requests.Count("PUT", "/one"));
    }

    [Fact]
    public async Task A_create_is_conditional_on_nothing_being_there()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None);
        await arm.CompleteAsync(Requests.Create(Arm.AnyType, Arm.ThingOf()));

        Assert.Equal("*", arm.Simulator.Requests.All.Single(request => request.Method == "PUT").Conditions);
    }

    [Fact]
    public async Task Of_two_creates_at_once_one_makes_the_object()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.AsyncOperation);
        var creates = new[] { "2aaaaaaaaaaaaaaaaaaaaaaaaa1", "2bbbbbbbbbbbbbbbbbbbbbbbbb2" }.Select(ksuid => Requests.Create(Arm.AnyType, Arm.ThingOf()) with { Ksuid = ksuid });

        var reports = await Task.WhenAll(creates.Select(arm.CompleteAsync));

        var made = Assert.Single(reports, report => report.Status == OperationStatus.Success);
        Assert.Equal(made.Ksuid, (string?)arm.Cloud.Find(Arm.Thing)!["tags"]!["formae-ksuid"]);
        Assert.Contains(Assert.Single(reports, report => report != made).Problem?.Code, (string?[])[ProblemCodes.AlreadyExists, ProblemCodes.ResourceConflict]);
    }

    [Fact]
    public async Task What_a_create_has_left_half_made_is_finished_by_the_next_one()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.AsyncOperation);
        arm.Simulator.Faults.Add(new Fault { Kind = FaultKind.FailOperation, Method = "PUT", Code = "InternalServerError" });
        var create = Requests.Create(Arm.AnyType, Arm.ThingOf());
        var failed = await arm.CompleteAsync(create);
        Assert.Equal(ProblemCodes.ServiceInternalError, failed.Problem?.Code);

        var report = await arm.CompleteAsync(create with { Attempt = 2, Doubt = Doubt.Leftover, Sequence = 9 });

        Assert.Equal(OperationStatus.Success, report.Status);
        Assert.Equal("Succeeded", (string?)arm.Cloud.Find(Arm.Thing)!["properties"]!["provisioningState"]);
    }

    [Fact]
    public async Task An_update_does_not_overwrite_what_somebody_writes_in_between()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None);
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf());

        await arm.CompleteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf("""{"size":2}""")));
        Assert.Equal("W/\"1\"", arm.Simulator.Requests.All.Single(request => request.Method == "PUT").Conditions);

        arm.Simulator.Faults.Add(new Fault { Method = "PUT", Status = 412, Code = "PreconditionFailed" });
        var refused = await arm.CompleteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf("""{"size":3}""")));
        Assert.Equal((ProblemCodes.ResourceConflict, true), (refused.Problem?.Code, refused.Problem?.IsRecoverable));
    }

    [Fact]
    public async Task An_update_whose_answer_was_lost_is_followed_and_another_one_waited_for()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.AsyncOperation);
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf());
        arm.Cloud.Polls = 5;
        var update = Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf("""{"size":2}"""));
        arm.Simulator.Faults.Add(new Fault { Kind = FaultKind.CutAfter, Method = "PUT" });
        Assert.Equal(ProblemCodes.NetworkFailure, (await arm.ExecuteAsync(update)).Problem?.Code);

        var other = await arm.ExecuteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf("""{"size":3}""")));
        Assert.Equal((ProblemCodes.ResourceConflict, true), (other.Problem?.Code, other.Problem?.IsRecoverable));
        other = await arm.ExecuteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf("""{"size":2}""", ""","Location":"westeurope","Tags":[{"Key":"a","Value":"1"}]""")));
        Assert.Equal(ProblemCodes.ResourceConflict, other.Problem?.Code);

        var report = await arm.CompleteAsync(update with { Attempt = 2, Sequence = 7 });
        Assert.Equal((OperationStatus.Success, 2), (report.Status, (int)arm.Cloud.Find(Arm.Thing)!["properties"]!["size"]!));
        Assert.Equal(1, arm.Simulator.Requests.Count("PUT", "/one"));
    }

    [Theory]
    [InlineData("""{"a":1}""", "", """{"b":1}""", "")]
    [InlineData("""{"a":1}""", "", """{"a":1,"b":{"c":2}}""", "")]
    [InlineData("""{"a":1}""", "", """{"a":1,"password":"p"}""", "")]
    [InlineData("""{"a":1,"b":2}""", "", """{"a":1,"b":null}""", "")]
    [InlineData("""{"l":["x","y"]}""", "", """{"l":["x","x"]}""", "")]
    [InlineData("""{"l":["x","y"]}""", "", """{"l":["y","x"]}""", "")]
    [InlineData("""{"l":[{"name":"x"}]}""", "", """{"l":[{"name":"x","p":1}]}""", "")]
    [InlineData("""{"a":1}""", """{"Key":"k","Value":"1"}""", """{"a":1}""", """{"Key":"k","Value":"2"}""")]
    [InlineData("""{"a":1}""", """{"Key":"k","Value":"1"}""", """{"a":1}""", """{"Key":"other","Value":"1"}""")]
    [InlineData("""{"a":1}""", "", """{"a":1}""", """{"Key":"k","Value":"1"}""")]
    [InlineData("""{"a":1}""", """{"Key":"k","Value":"1"}""", """{"a":1}""", "")]
    public async Task While_somebody_else_s_operation_runs_an_update_waits(string before, string tagsBefore, string wanted, string tags)
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None);
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf(before, Tagged(tagsBefore)));
        arm.Follow(AsyncStyle.AsyncOperation);
        arm.Cloud.Polls = 2;
        await arm.ExecuteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf(before, Tagged(tagsBefore))));
        arm.Simulator.Requests.Clear();
        var update = Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf(wanted, Tagged(tags)));

        var report = await arm.ExecuteAsync(update);
        Assert.Equal((ProblemCodes.ResourceConflict, true), (report.Problem?.Code, report.Problem?.IsRecoverable));
        Assert.Equal(0, arm.Simulator.Requests.Count("PUT", "/one"));

        arm.Cloud.ForgetOperations();
        report = await arm.CompleteAsync(update with { Attempt = 2, Sequence = 3 });
        Assert.Equal(OperationStatus.Success, report.Status);
        Assert.Equal(1, arm.Simulator.Requests.Count("PUT", "/one"));
    }

    [Fact]
    public async Task An_operation_at_what_does_not_carry_the_mark_is_not_this_update_s()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.AsyncOperation);
        arm.Cloud.Polls = 5;
        await arm.ExecuteAsync(Requests.Create(Arm.AnyType, Arm.ThingOf()) with { Ksuid = Stranger });

        var report = await arm.ExecuteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf()));

        Assert.Equal((ProblemCodes.ResourceConflict, true), (report.Problem?.Code, report.Problem?.IsRecoverable));
    }

    [Fact]
    public async Task Settings_that_Azure_does_not_show_are_never_taken_for_written()
    {
        await using var arm = await Arm.StartAsync();
        const string App = $"{Arm.GroupId}/providers/Microsoft.Web/sites/app";
        const string Type = "Azure::Web::FunctionApp";
        var app = """{"Name":"app","ResourceGroup":"web","Location":"westeurope","Kind":"functionapp,linux","ServerFarmId":"/subscriptions/s/plan","AppSettings":[{"Name":"a","Value":"VALUE"}]}""";
        await arm.MadeAsync(Type, Arm.Json(app));
        arm.Cloud.Types["Microsoft.Web/sites"] = arm.Cloud.Types["Microsoft.Web/sites"] with { Put = AsyncStyle.AsyncOperation };
        arm.Cloud.Polls = 5;
        await arm.ExecuteAsync(Requests.Update(Type, App, Arm.Json(app)));

        var report = await arm.ExecuteAsync(Requests.Update(Type, App, Arm.Json(app.Replace("VALUE", "other", StringComparison.Ordinal))));

        Assert.Equal((ProblemCodes.ResourceConflict, true), (report.Problem?.Code, report.Problem?.IsRecoverable));
    }

    private static string Tagged(string tags) => $$""","Location":"westeurope","Tags":[{{tags}}]""";

    [Fact]
    public async Task The_mark_and_what_Azure_hides_are_nobody_s_tags_and_stay()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None);
        var made = await arm.MadeAsync(Arm.AnyType, Arm.ThingOf(more: ""","Location":"westeurope","Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]"""));
        arm.Cloud.Change(Arm.Thing, """{"tags":{"hidden-link:x":"Resource"}}""");
        Assert.DoesNotContain("formae-ksuid", made.Properties!.Value.GetRawText(), StringComparison.Ordinal);

        var report = await arm.CompleteAsync(Requests.Update(Arm.AnyType, Arm.Thing, Arm.ThingOf(more: ""","Location":"westeurope","Tags":[{"Key":"b","Value":"3"}]""")));

        Assert.Equal("""[{"Key":"b","Value":"3"}]""", report.Properties!.Value.GetProperty("Tags").GetRawText());
        Assert.Equal(["b", "formae-ksuid", "hidden-link:x"], arm.Cloud.Find(Arm.Thing)!["tags"]!.AsObject().Select(tag => tag.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_group_with_something_in_it_is_deleted_only_where_the_target_says_so()
    {
        await using var arm = await Arm.StartAsync();
        arm.Follow(AsyncStyle.None);
        await arm.MadeAsync(Arm.AnyType, Arm.ThingOf());

        var refused = await arm.CompleteAsync(Requests.Delete(Arm.GroupType, Arm.GroupId));
        Assert.Equal(ProblemCodes.ResourceConflict, refused.Problem?.Code);
        Assert.Contains(Arm.Thing, refused.Problem!.Message, StringComparison.Ordinal);
        Assert.Equal(0, arm.Simulator.Requests.Count("DELETE", "/web"));

        arm.Plugin.TargetConfig = Arm.Config(arm.Simulator.Address, ""","DeleteNonEmptyGroups":true""");
        Assert.Equal(OperationStatus.Success, (await arm.CompleteAsync(Requests.Delete(Arm.GroupType, Arm.GroupId))).Status);
        Assert.Empty(arm.Cloud.Ids);
    }

    [Fact]
    public async Task A_network_keeps_the_subnets_that_others_have_made()
    {
        await using var arm = await Arm.StartAsync();
        const string Network = $"{Arm.GroupId}/providers/Microsoft.Network/virtualNetworks/net";
        await arm.MadeAsync(Arm.NetworkType, Arm.Json("""{"Name":"net","ResourceGroup":"web","Location":"westeurope","AddressPrefixes":["10.0.0.0/16"]}"""));
        await arm.MadeAsync("Azure::Network::Subnet", Arm.Json("""{"Name":"apps","ResourceGroup":"web","VirtualNetwork":"net","AddressPrefix":"10.0.1.0/24"}"""));

        var report = await arm.CompleteAsync(Requests.Update(Arm.NetworkType, Network, Arm.Json("""{"Name":"net","ResourceGroup":"web","Location":"westeurope","AddressPrefixes":["10.0.0.0/16","10.1.0.0/16"]}""")));

        Assert.Equal(OperationStatus.Success, report.Status);
        Assert.Equal("10.0.1.0/24", (string?)arm.Cloud.Find($"{Network}/subnets/apps")!["properties"]!["addressPrefix"]);
    }
}
