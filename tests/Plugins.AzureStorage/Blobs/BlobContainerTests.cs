using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using static Formae.Plugins.AzureStorage.Tests.StoragePlugin;

namespace Formae.Plugins.AzureStorage.Tests.Blobs;

public sealed class BlobContainerTests(AzuriteServer server) : IClassFixture<AzuriteServer>
{
    [Fact]
    public async Task The_same_create_twice_makes_one_container_and_another_one_meets_what_exists()
    {
        await using var plugin = On(server);
        var create = Create(Container, new JsonObject { ["Name"] = Unique("same-"), ["Metadata"] = new JsonObject { ["team"] = "web" } });

        var first = await plugin.ExecuteAsync(create);
        var again = await plugin.ExecuteAsync(create);
        var delivered = await plugin.DeliverAgainAsync(create);
        var other = await plugin.ExecuteAsync(Create(Container, new JsonObject { ["Name"] = first.NativeId }));
        var otherInDoubt = await plugin.DeliverAgainAsync(Create(Container, new JsonObject { ["Name"] = first.NativeId }));

        Assert.All([first, again, delivered], report => Assert.Equal((OperationStatus.Success, first.NativeId), (report.Status, report.NativeId)));
        Assert.True(delivered.WasThere);
        Assert.All([other, otherInDoubt], report => Assert.Equal(ProblemCodes.AlreadyExists, report.Problem?.Code));
    }

    [Fact]
    public async Task The_mark_is_shown_to_nobody_and_outlives_updates()
    {
        await using var plugin = On(server);
        var create = Create(Container, new JsonObject { ["Name"] = Unique("mark-") });
        var made = await plugin.ExecuteAsync(create);

        var changed = await plugin.UpdateAsync(Container, made.NativeId!, new JsonObject { ["Name"] = made.NativeId, ["Metadata"] = new JsonObject { ["stage"] = "test" } });

        Assert.Equal("""{"stage":"test"}""", changed.Properties!.Value.GetProperty("Metadata").GetRawText());
        Assert.False(made.Properties!.Value.TryGetProperty("Metadata", out _));
        Assert.Equal(OperationStatus.Success, (await plugin.ExecuteAsync(create)).Status);
    }

    [Fact]
    public async Task What_anybody_may_read_changes_without_the_policies()
    {
        await using var plugin = On(server);
        var name = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("open-") });
        var policy = await plugin.MakeAsync(ContainerPolicy, new JsonObject { ["Container"] = name, ["Name"] = "readers", ["Permissions"] = "r" });

        var opened = await plugin.UpdateAsync(Container, name, new JsonObject { ["Name"] = name, ["PublicAccess"] = "Container" });
        var kept = await plugin.UpdateAsync(Container, name, new JsonObject { ["Name"] = name, ["Metadata"] = new JsonObject { ["a"] = "b" } });

        Assert.Equal("Container", opened.Properties!.Value.GetProperty("PublicAccess").GetString());
        Assert.Equal("Container", kept.Properties!.Value.GetProperty("PublicAccess").GetString());
        Assert.Equal("r", (await plugin.ReadAsync(ContainerPolicy, policy)).GetProperty("Permissions").GetString());
    }

    [Fact]
    public async Task A_list_has_pages()
    {
        await using var plugin = On(server);
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
            names.Add(await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique($"page{i}-") }));

        var (ids, pages) = await plugin.ListAsync(Container, pageSize: 2);

        Assert.Empty(names.Except(ids));
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.True(pages >= 3, $"{pages}");
    }

    [Theory]
    [InlineData("Upper", null, "'Name'")]
    [InlineData("two--hyphens", null, "'Name'")]
    [InlineData("ab", null, "'Name'")]
    [InlineData("fine", """{"Team":"web"}""", "'Metadata.Team'")]
    [InlineData("fine", """{"team":"wéb"}""", "'Metadata.team'")]
    [InlineData("fine", """{"formae_operation":"mine"}""", "'Metadata.formae_operation'")]
    public async Task What_the_service_would_refuse_is_refused_with_its_path(string name, string? metadata, string path)
    {
        await using var plugin = On(server);

        var refused = await plugin.ExecuteAsync(Create(Container, new JsonObject { ["Name"] = name, ["Metadata"] = metadata is null ? null : JsonNode.Parse(metadata) }));

        Assert.Equal(ProblemCodes.InvalidRequest, refused.Problem?.Code);
        Assert.Contains(path, refused.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_gone_is_gone_to_a_read_and_no_failure_to_a_delete()
    {
        await using var plugin = On(server);
        var name = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("gone-") });

        Assert.Equal([OperationStatus.Success, OperationStatus.Success], [(await plugin.DeleteAsync(Container, name)).Status, (await plugin.DeleteAsync(Container, name)).Status]);

        Assert.Equal(ProblemCodes.NotFound, (await plugin.ExecuteAsync(Requests.Read(Container, name))).Problem?.Code);
        Assert.Equal(ProblemCodes.NotFound, (await plugin.UpdateAsync(Container, name, new JsonObject { ["Name"] = name })).Problem?.Code);
    }
}
