using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using Microsoft.Extensions.DependencyInjection;
using static Formae.Plugins.AzureStorage.Tests.StoragePlugin;

namespace Formae.Plugins.AzureStorage.Tests.Blobs;

public sealed class ContainerPolicyTests(AzuriteServer server) : IClassFixture<AzuriteServer>
{
    [Fact]
    public async Task Policies_made_at_the_same_time_by_two_instances_are_all_there()
    {
        await using var one = On(server);
        await using var other = On(server);
        var container = await one.MakeAsync(Container, new JsonObject { ["Name"] = Unique("many-") });
        string[] names = ["a", "b", "c", "d", "e"];

        await Task.WhenAll(names.Select((name, i) => UntilMadeAsync(i % 2 == 0 ? one : other, container, name)));

        var (ids, pages) = await one.ListAsync(ContainerPolicy, pageSize: 2, new JsonObject { ["Container"] = container });
        Assert.Equal(names.Select(name => $"{container}/{name}"), ids);
        Assert.Equal(3, pages);
    }

    [Fact]
    public async Task A_lease_that_a_broken_off_change_left_is_in_the_way_of_others_and_not_of_its_own_operation()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("lease-") });
        var create = Create(ContainerPolicy, new JsonObject { ["Container"] = container, ["Name"] = "readers", ["Permissions"] = "r" });
        await LeaseAsync(plugin, container, create.OperationId);

        var other = await plugin.ExecuteAsync(Create(ContainerPolicy, new JsonObject { ["Container"] = container, ["Name"] = "writers", ["Permissions"] = "w" }));
        var own = await plugin.DeliverAgainAsync(create);

        Assert.True(other.Problem is { Code: ProblemCodes.ResourceConflict, IsRecoverable: true, RetryAfter: not null }, other.Problem?.Message);
        Assert.Equal(OperationStatus.Success, own.Status);
        Assert.Equal([own.NativeId!], (await plugin.ListAsync(ContainerPolicy, parents: new JsonObject { ["Container"] = container })).Ids);
    }

    [Fact]
    public async Task A_sixth_policy_is_too_many()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("five-") });
        for (var i = 0; i < 5; i++)
            await plugin.MakeAsync(ContainerPolicy, new JsonObject { ["Container"] = container, ["Name"] = $"policy {i}", ["Permissions"] = "r" });

        var refused = await plugin.ExecuteAsync(Create(ContainerPolicy, new JsonObject { ["Container"] = container, ["Name"] = "sixth", ["Permissions"] = "r" }));

        Assert.Equal(ProblemCodes.ServiceLimitExceeded, refused.Problem?.Code);
        for (var i = 0; i < 5; i++)
            Assert.Equal(OperationStatus.Success, (await plugin.DeleteAsync(ContainerPolicy, $"{container}/policy {i}")).Status);
        Assert.Empty((await plugin.ListAsync(ContainerPolicy, parents: new JsonObject { ["Container"] = container })).Ids);
    }

    [Fact]
    public async Task Times_and_letters_are_read_as_they_were_written_and_others_as_they_are()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("form-") });
        var written = new JsonObject { ["Container"] = container, ["Name"] = "readers", ["Start"] = "2026-01-01T01:00:00+01:00", ["Permissions"] = "lr" };
        var id = await plugin.MakeAsync(ContainerPolicy, written);

        var same = await plugin.ReadAsync(ContainerPolicy, id, written);
        var other = await plugin.ReadAsync(ContainerPolicy, id, new JsonObject { ["Container"] = container, ["Name"] = "readers", ["Start"] = "2025-01-01T00:00:00Z" });

        Assert.Equal(("2026-01-01T01:00:00+01:00", "lr"), (same.GetProperty("Start").GetString(), same.GetProperty("Permissions").GetString()));
        Assert.Equal(("2026-01-01T00:00:00.0000000Z", "rl"), (other.GetProperty("Start").GetString(), other.GetProperty("Permissions").GetString()));
    }

    [Fact]
    public async Task A_create_that_comes_again_finds_its_policy_and_takes_none_that_is_different()
    {
        await using var plugin = On(server);
        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("twice-") });
        var create = Create(ContainerPolicy, new JsonObject { ["Container"] = container, ["Name"] = "readers", ["Permissions"] = "r" });
        await plugin.ExecuteAsync(create);

        var again = await plugin.DeliverAgainAsync(create);
        var first = await plugin.ExecuteAsync(Create(ContainerPolicy, new JsonObject { ["Container"] = container, ["Name"] = "readers", ["Permissions"] = "r" }));
        var different = await plugin.DeliverAgainAsync(Create(ContainerPolicy, new JsonObject { ["Container"] = container, ["Name"] = "readers", ["Permissions"] = "w" }));

        Assert.Equal((OperationStatus.Success, true), (again.Status, again.WasThere));
        Assert.All([first, different], report => Assert.Equal(ProblemCodes.AlreadyExists, report.Problem?.Code));
        Assert.Equal("r", (await plugin.ReadAsync(ContainerPolicy, again.NativeId!)).GetProperty("Permissions").GetString());
    }

    [Theory]
    [InlineData("Start", "soon")]
    [InlineData("Expiry", "2026-13-01")]
    [InlineData("Permissions", "rz")]
    [InlineData("Permissions", null)]
    [InlineData("Name", "a/b")]
    public async Task What_the_service_would_refuse_is_refused_with_its_path(string property, string? value)
    {
        await using var plugin = On(server);
        var properties = new JsonObject { ["Container"] = "some", ["Name"] = "readers", ["Permissions"] = "r" };
        properties[property] = value;

        var refused = await plugin.ExecuteAsync(Create(ContainerPolicy, properties));

        Assert.Equal(ProblemCodes.InvalidRequest, refused.Problem?.Code);
        Assert.Contains($"'{property}'", refused.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_of_a_container_that_is_gone_is_gone()
    {
        await using var plugin = On(server);
        Assert.Equal(OperationStatus.Success, (await plugin.DeleteAsync(ContainerPolicy, "no-such-container/readers")).Status);
        Assert.Equal(ProblemCodes.NotFound, (await plugin.ExecuteAsync(Requests.Read(ContainerPolicy, "no-such-container/readers"))).Problem?.Code);
        Assert.Equal(ProblemCodes.NotFound, (await plugin.ExecuteAsync(Create(ContainerPolicy, new JsonObject { ["Container"] = "no-such-container", ["Name"] = "readers", ["Permissions"] = "r" }))).Problem?.Code);
    }

    private static async Task LeaseAsync(StoragePlugin plugin, string container, string operation)
    {
        var request = new Formae.Sdk.ReadRequest<AzureStorage.Blobs.ContainerPolicy> { OperationId = operation, Ksuid = Requests.Ksuid, ResourceType = ContainerPolicy, NativeId = container, TargetConfig = plugin.Harness.TargetConfig!.Value };
        var blobs = plugin.Harness.Services.GetRequiredService<StorageConnections>().Open(StorageService.Blob, request);
        var leased = await blobs.SendAsync(Azure.Core.RequestMethod.Put, $"{container}?restype=container&comp=lease", TestContext.Current.CancellationToken, put =>
        {
            put.Headers.Add("x-ms-lease-action", "acquire");
            put.Headers.Add("x-ms-lease-duration", "60");
            put.Headers.Add("x-ms-proposed-lease-id", AzureStorage.Blobs.ContainerAcls.LeaseOf(request));
        });
        Assert.True(leased.IsSuccess);
    }

    // As the control plane does: what is recoverable is tried again.
    private static async Task UntilMadeAsync(StoragePlugin plugin, string container, string name)
    {
        var create = Create(ContainerPolicy, new JsonObject { ["Container"] = container, ["Name"] = name, ["Permissions"] = "r" });
        for (var attempt = 1; attempt <= 200; attempt++)
        {
            var report = await plugin.ExecuteAsync(create with { Attempt = attempt });
            if (report.Status == OperationStatus.Success)
                return;
            Assert.Equal(ProblemCodes.ResourceConflict, report.Problem?.Code);
        }

        Assert.Fail($"'{name}' was in somebody's way 200 times.");
    }
}
