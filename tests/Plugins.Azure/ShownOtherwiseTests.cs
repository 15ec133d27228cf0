using System.Text.Json.Nodes;
using Formae.ArmSimulator;
using Formae.Protocol.Bus;
using Requests = Formae.Sdk.Testing.Requests;

namespace Formae.Plugins.AzureResources.Tests;

/// <summary>What Azure shows in another way than it was written in.</summary>
public sealed class ShownOtherwiseTests
{
    private const string SubnetType = "Azure::Network::Subnet";
    private const string Subnet = $"{Arm.GroupId}/providers/Microsoft.Network/virtualNetworks/net/subnets/apps";
    private const string Queue = $"{Arm.GroupId}/providers/Microsoft.ServiceBus/namespaces/bus/queues/orders";

    [Fact]
    public async Task A_subnet_that_shows_its_range_in_a_list_is_read_and_changed()
    {
        await using var arm = await WithSubnetAsync("""["10.0.1.0/24"]""");

        Assert.Equal("10.0.1.0/24", await RangeAsync(arm));
        var report = await arm.CompleteAsync(Requests.Update(SubnetType, Subnet, SubnetOf("10.0.2.0/24")));

        Assert.Equal((OperationStatus.Success, "10.0.2.0/24"), (report.Status, report.Properties?.GetProperty("AddressPrefix").GetString()));
        var sent = Sent(arm);
        Assert.Equal(("10.0.2.0/24", null), ((string?)sent["addressPrefix"], sent["addressPrefixes"]?.ToJsonString()));
    }

    [Fact]
    public async Task Further_ranges_of_a_subnet_are_somebody_else_s_and_stay()
    {
        await using var arm = await WithSubnetAsync("""["10.0.1.0/24","fd00::/64"]""");

        Assert.Equal("10.0.1.0/24", await RangeAsync(arm));
        Assert.Equal(OperationStatus.Success, (await arm.CompleteAsync(Requests.Update(SubnetType, Subnet, SubnetOf("10.0.2.0/24")))).Status);

        var sent = Sent(arm);
        Assert.Equal((null, """["10.0.2.0/24","fd00::/64"]"""), ((string?)sent["addressPrefix"], sent["addressPrefixes"]?.ToJsonString()));
        Assert.Equal("10.0.2.0/24", await RangeAsync(arm));
    }

    [Fact]
    public async Task A_partitioned_queue_is_as_large_as_it_was_written()
    {
        await using var arm = await WithQueueAsync(""","EnablePartitioning":true,"MaxSizeInMegabytes":2048""");

        Assert.Equal(32768, (int)arm.Cloud.Find(Queue)!["properties"]!["maxSizeInMegabytes"]!);
        Assert.Equal(2048, await SizeAsync(arm, QueueOf(""","EnablePartitioning":true,"MaxSizeInMegabytes":2048""")));
        Assert.Equal(2048, await SizeAsync(arm, null));

        // Whether or not the document says the size: what Azure shows is never sent.
        foreach (var more in (string[])[""","EnablePartitioning":true,"MaxSizeInMegabytes":2048""", ""","EnablePartitioning":true"""])
        {
            var report = await arm.CompleteAsync(Requests.Update(Arm.QueueType, Queue, QueueOf(more + ""","MaxDeliveryCount":7""")));
            Assert.Equal((OperationStatus.Success, 2048), (report.Status, report.Properties?.GetProperty("MaxSizeInMegabytes").GetInt32()));
            Assert.Equal(2048, (int?)Sent(arm)["maxSizeInMegabytes"]);
        }
    }

    [Fact]
    public async Task The_size_of_any_other_queue_is_shown_as_it_is()
    {
        await using var arm = await WithQueueAsync(""","MaxSizeInMegabytes":16384""");
        Assert.Equal(16384, await SizeAsync(arm, null));

        // Where the document itself says what is shown, Azure has not multiplied it.
        arm.Cloud.Types["Microsoft.ServiceBus/namespaces/queues"] = arm.Cloud.Types["Microsoft.ServiceBus/namespaces/queues"] with { ShowsSizeOfAllPartitions = false };
        arm.Cloud.Change(Queue, """{"properties":{"enablePartitioning":true}}""");
        Assert.Equal(16384, await SizeAsync(arm, QueueOf(""","EnablePartitioning":true,"MaxSizeInMegabytes":16384""")));
    }

    private static async Task<Arm> WithSubnetAsync(string ranges)
    {
        var arm = await Arm.StartAsync();
        await arm.MadeAsync(Arm.NetworkType, Arm.Json("""{"Name":"net","ResourceGroup":"web","Location":"westeurope","AddressPrefixes":["10.0.0.0/16"]}"""));
        await arm.MadeAsync(SubnetType, SubnetOf("10.0.1.0/24"));
        arm.Cloud.Change(Subnet, $$$"""{"properties":{"addressPrefix":null,"addressPrefixes":{{{ranges}}}}}""");
        return arm;
    }

    private static async Task<Arm> WithQueueAsync(string more)
    {
        var arm = await Arm.StartAsync();
        await arm.MadeAsync("Azure::ServiceBus::Namespace", Arm.Json("""{"Name":"bus","ResourceGroup":"web","Location":"westeurope"}"""));
        await arm.MadeAsync(Arm.QueueType, QueueOf(more));
        return arm;
    }

    private static System.Text.Json.JsonElement SubnetOf(string range) => Arm.Json($$"""{"Name":"apps","ResourceGroup":"web","VirtualNetwork":"net","AddressPrefix":"{{range}}"}""");

    private static System.Text.Json.JsonElement QueueOf(string more) => Arm.Json($$"""{"Name":"orders","ResourceGroup":"web","Namespace":"bus"{{more}}}""");

    private static async Task<string?> RangeAsync(Arm arm)
    {
        var report = await arm.ExecuteAsync(Requests.Read(SubnetType, Subnet));
        Assert.Null(report.Problem?.Message);
        return report.Properties!.Value.GetProperty("AddressPrefix").GetString();
    }

    private static async Task<int> SizeAsync(Arm arm, object? prior) =>
        (await arm.ExecuteAsync(Requests.Read(Arm.QueueType, Queue, prior))).Properties!.Value.GetProperty("MaxSizeInMegabytes").GetInt32();

    private static JsonNode Sent(Arm arm) => JsonNode.Parse(arm.Simulator.Requests.All.Last(request => request.Method == "PUT").Body)!["properties"]!;
}
