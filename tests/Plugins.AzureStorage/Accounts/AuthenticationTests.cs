using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Identity;
using Formae.Model;
using Formae.Plugins.AzureStorage.Tests.Transport;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using static Formae.Plugins.AzureStorage.Tests.StoragePlugin;

namespace Formae.Plugins.AzureStorage.Tests.Accounts;

public sealed class AuthenticationTests(AzuriteServer server) : IClassFixture<AzuriteServer>
{
    [Fact]
    public async Task A_shared_access_signature_opens_all_three_services()
    {
        await using var plugin = With(Endpoints(("SasToken", server.SasToken("rwdlacup"))));

        var container = await plugin.MakeAsync(Container, new JsonObject { ["Name"] = Unique("sas-") });
        await plugin.MakeAsync(Blob, new JsonObject { ["Container"] = container, ["Name"] = "a b/c.txt", ["Content"] = "text" });
        await plugin.MakeAsync(Queue, new JsonObject { ["Name"] = Unique("sas-") });
        var table = await plugin.MakeAsync(Table, new JsonObject { ["Name"] = Unique("sas") });
        var entity = await plugin.MakeAsync(Entity, new JsonObject { ["Table"] = table, ["PartitionKey"] = "it's", ["RowKey"] = "1" });

        Assert.Equal("it's", (await plugin.ReadAsync(Entity, entity)).GetProperty("PartitionKey").GetString());
        Assert.Equal([$"{container}/a b/c.txt"], (await plugin.ListAsync(Blob, parents: new JsonObject { ["Container"] = container })).Ids);
        Assert.DoesNotContain("sig=", (await plugin.ReadAsync(Container, container)).GetProperty("Url").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_that_allows_too_little_is_an_access_denied()
    {
        await using var plugin = With(Endpoints(("SasToken", server.SasToken("r"))));

        var report = await plugin.ExecuteAsync(Create(Container, new JsonObject { ["Name"] = Unique("sas-") }));

        Assert.Equal(ProblemCodes.AccessDenied, report.Problem?.Code);
    }

    [Theory]
    [InlineData(Container)]
    [InlineData(Queue)]
    [InlineData(Table)]
    public async Task A_wrong_key_is_refused_by_each_service(string type)
    {
        await using var plugin = With(Endpoints(("AccountKey", Convert.ToBase64String(new byte[64]))));

        var report = await plugin.ExecuteAsync(Requests.Read(type, "something"));

        Assert.Contains(report.Problem?.Code, new[] { ProblemCodes.InvalidCredentials, ProblemCodes.AccessDenied });
    }

    [Fact]
    public async Task No_report_holds_a_secret_whatever_goes_wrong()
    {
        var sas = server.SasToken("r");
        var requests = new[]
        {
            Requests.Read(Container, "no-such-container"), Requests.Read(Blob, "no-such-container/a"), Requests.Read(Queue, "no-such-queue"), Requests.Read(Table, "nosuchtable"), Requests.Read(Entity, "nosuchtable/a/b"),
            Create(Container, new JsonObject { ["Name"] = "fine", ["Metadata"] = new JsonObject { ["bad name"] = "x" } }), Create(Queue, new JsonObject { ["Name"] = Unique("secret-") }),
            Create(ContainerPolicy, new JsonObject { ["Container"] = "no-such-container", ["Name"] = "readers" }), Requests.List(Container), Requests.List(Table), Requests.Delete(Queue, "no-such-queue"),
        };
        foreach (var (property, secret) in ((string, string)[])[("AccountKey", server.Key), ("AccountKey", Convert.ToBase64String(new byte[64])), ("SasToken", sas), ("SasToken", sas + "x"), ("AccountKey", server.Key + "!")])
        {
            await using var plugin = With(Endpoints((property, secret)));
            foreach (var request in requests)
            {
                var text = JsonSerializer.Serialize(await plugin.ExecuteAsync(request), BusJson.Default.OperationReport);
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
                Assert.DoesNotContain("sig=", text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_service_that_repeats_the_secret_is_not_repeated()
    {
        await using var plugin = With(
            new JsonObject { ["AccountName"] = "account", ["AccountKey"] = server.Key },
            new RecordingTransport(_ => Canned.Error(400, "InvalidInput", $"<Error><Code>InvalidInput</Code><Message>Your key is {server.Key}.</Message></Error>")));

        var report = await plugin.ExecuteAsync(Requests.Read(Container, "some"));

        Assert.Contains("Your key is ***.", report.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_secret_the_app_s_identity_gets_a_token_for_storage_and_keeps_it()
    {
        var identities = new FakeIdentities();
        var transport = new RecordingTransport(_ => Canned.Error(404, "ResourceNotFound"));
        await using var plugin = With(new JsonObject { ["AccountName"] = "account", ["ManagedIdentityClientId"] = "client" }, transport, identities);

        // A credential may ask anew each time it is asked, as Azure CLI's does: by a process of its own.
        foreach (var type in (string[])[Container, Queue, Table])
            Assert.Equal(ProblemCodes.NotFound, (await plugin.ExecuteAsync(Requests.Read(type, "something"))).Problem?.Code);

        Assert.All(transport.Seen, seen => Assert.Equal("Bearer a-token", seen.Headers["Authorization"]));
        Assert.Equal("https://storage.azure.com/.default", Assert.Single(identities.Scopes));
        Assert.Equal("client", Assert.Single(identities.Asked).ManagedIdentity);
        Assert.Equal(["2021-12-02", "2021-12-02", "2020-12-06"], transport.Seen.Select(seen => seen.Headers["x-ms-version"]));
    }

    [Fact]
    public async Task An_app_without_an_identity_says_so_and_one_that_cannot_be_asked_for_now_is_tried_again()
    {
        var target = new JsonObject { ["AccountName"] = "account" };
        var none = new CredentialUnavailableException("There is no identity here.\nSee the documentation.");
        var later = new AuthenticationFailedException("The login did not answer.", new RequestFailedException(503, "busy"));
        await using var lost = With(target.DeepClone().AsObject(), new RecordingTransport(_ => new Canned(200)), new FakeIdentities(none));
        await using var waiting = With(target, new RecordingTransport(_ => new Canned(200)), new FakeIdentities(later));

        var refused = (await lost.ExecuteAsync(Requests.Read(Container, "some"))).Problem!;
        var again = (await waiting.ExecuteAsync(Requests.Read(Container, "some"))).Problem!;

        Assert.Equal((ProblemCodes.InvalidCredentials, ProblemCodes.NetworkFailure), (refused.Code, again.Code));
        Assert.Contains("There is no identity here.", refused.Message, StringComparison.Ordinal);
    }

    private JsonObject Endpoints(params (string Name, string Value)[] more)
    {
        var target = new JsonObject { ["AccountName"] = server.Account, ["BlobEndpoint"] = server.BlobEndpoint, ["QueueEndpoint"] = server.QueueEndpoint, ["TableEndpoint"] = server.TableEndpoint };
        foreach (var (name, value) in more)
            target[name] = value;
        return target;
    }
}
