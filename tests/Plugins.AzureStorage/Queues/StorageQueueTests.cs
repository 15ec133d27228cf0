using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Plugins.AzureStorage.Tests.Transport;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using static Formae.Plugins.AzureStorage.Tests.StoragePlugin;

namespace Formae.Plugins.AzureStorage.Tests.Queues;

public sealed class StorageQueueTests(AzuriteServer server) : IClassFixture<AzuriteServer>
{
    [Fact]
    public async Task The_same_create_twice_makes_one_queue_even_after_a_change_and_another_one_meets_what_exists()
    {
        await using var plugin = On(server);
        var create = Create(Queue, new JsonObject { ["Name"] = Unique("same-"), ["Metadata"] = new JsonObject { ["team"] = "web" } });

        var first = await plugin.ExecuteAsync(create);
        var again = await plugin.ExecuteAsync(create);
        await plugin.UpdateAsync(Queue, first.NativeId!, new JsonObject { ["Name"] = first.NativeId, ["Metadata"] = new JsonObject { ["team"] = "shop" } });
        var late = await plugin.ExecuteAsync(create);
        var other = await plugin.ExecuteAsync(Create(Queue, new JsonObject { ["Name"] = first.NativeId, ["Metadata"] = new JsonObject { ["team"] = "shop" } }));

        Assert.Equal([OperationStatus.Success, OperationStatus.Success, OperationStatus.Success], [first.Status, again.Status, late.Status]);
        Assert.Equal("shop", late.Properties!.Value.GetProperty("Metadata").GetProperty("team").GetString());
        Assert.Equal(ProblemCodes.AlreadyExists, other.Problem?.Code);
    }

    [Fact]
    public async Task A_list_has_pages_that_show_each_queue_once_whatever_their_age()
    {
        await using var plugin = On(server);
        var names = new List<string>();
        for (var i = 5; i > 0; i--)
            names.Add(await plugin.MakeAsync(Queue, new JsonObject { ["Name"] = Unique($"page{i}-") }));

        var (ids, pages) = await plugin.ListAsync(Queue, pageSize: 2);

        Assert.Empty(names.Except(ids));
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.True(pages >= 3, $"{pages}");
    }

    [Fact]
    public async Task A_list_goes_on_where_the_service_says()
    {
        static Canned Segment(string next, params string[] names) =>
            new(200, $"<EnumerationResults><Queues>{string.Concat(names.Select(name => $"<Queue><Name>{name}</Name></Queue>"))}</Queues><NextMarker>{next}</NextMarker></EnumerationResults>");
        var transport = new RecordingTransport(request => request.Uri.Query.Contains("marker=second", StringComparison.Ordinal) ? Segment("", "d", "e") : Segment("second", "a", "b", "c"));
        await using var plugin = With(new JsonObject { ["AccountName"] = "account", ["AccountKey"] = "c2VjcmV0" }, transport);

        var (ids, pages) = await plugin.ListAsync(Queue, pageSize: 2);

        Assert.Equal(["a", "b", "c", "d", "e"], ids);
        Assert.Equal(3, pages);
    }

    [Fact]
    public async Task What_is_gone_is_gone_to_a_read_and_no_failure_to_a_delete()
    {
        await using var plugin = On(server);
        var name = await plugin.MakeAsync(Queue, new JsonObject { ["Name"] = Unique("gone-") });

        Assert.Equal([OperationStatus.Success, OperationStatus.Success], [(await plugin.DeleteAsync(Queue, name)).Status, (await plugin.DeleteAsync(Queue, name)).Status]);

        Assert.Equal(ProblemCodes.NotFound, (await plugin.ExecuteAsync(Requests.Read(Queue, name))).Problem?.Code);
        Assert.Equal(ProblemCodes.NotFound, (await plugin.UpdateAsync(Queue, name, new JsonObject { ["Name"] = name })).Problem?.Code);
    }
}
