using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using static Formae.Plugins.AzureStorage.Tests.StoragePlugin;

namespace Formae.Plugins.AzureStorage.Tests.Tables;

public sealed class StorageTableTests(AzuriteServer server) : IClassFixture<AzuriteServer>
{
    [Fact]
    public async Task A_create_that_comes_again_finds_its_table_and_a_first_one_meets_what_exists()
    {
        await using var plugin = On(server);
        var create = Create(Table, new JsonObject { ["Name"] = Unique("Same") });

        var first = await plugin.ExecuteAsync(create);
        var delivered = await plugin.DeliverAgainAsync(create);
        var other = await plugin.ExecuteAsync(Create(Table, new JsonObject { ["Name"] = first.NativeId }));

        Assert.Equal([OperationStatus.Success, OperationStatus.Success], [first.Status, delivered.Status]);
        Assert.Equal((first.NativeId, true), (delivered.NativeId, delivered.WasThere));
        Assert.Equal(ProblemCodes.AlreadyExists, other.Problem?.Code);
    }

    [Fact]
    public async Task A_list_has_pages()
    {
        await using var plugin = On(server);
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
            names.Add(await plugin.MakeAsync(Table, new JsonObject { ["Name"] = Unique($"page{i}x") }));

        var (ids, pages) = await plugin.ListAsync(Table, pageSize: 2);

        Assert.Empty(names.Except(ids));
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.True(pages >= 3, $"{pages}");
    }

    [Fact]
    public async Task What_is_gone_is_gone_to_a_read_and_no_failure_to_a_delete()
    {
        await using var plugin = On(server);
        var name = await plugin.MakeAsync(Table, new JsonObject { ["Name"] = Unique("gone") });

        Assert.Equal([OperationStatus.Success, OperationStatus.Success], [(await plugin.DeleteAsync(Table, name)).Status, (await plugin.DeleteAsync(Table, name)).Status]);

        Assert.Equal(ProblemCodes.NotFound, (await plugin.ExecuteAsync(Requests.Read(Table, name))).Problem?.Code);
    }
}
