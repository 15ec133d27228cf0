using System.Text.Json.Nodes;
using Formae.Model;
using Formae.Plugins.AzureStorage.Tests.Transport;
using Formae.Sdk.Testing;

namespace Formae.Plugins.AzureStorage.Tests.Accounts;

public sealed class TargetConfigTests
{
    private const string Key = "c2VjcmV0IGtleSBvZiB0aGUgYWNjb3VudA==";

    [Theory]
    [InlineData("{}", "names no account")]
    [InlineData("""{"AccountName":"UPPER"}""", "AccountName")]
    [InlineData("""{"AccountName":"account","AcountKey":"c2VjcmV0"}""", "'AcountKey', which is unknown")]
    [InlineData("""{"AccountName":"account","AccountKey":"not base64!"}""", "AccountKey is no key")]
    [InlineData("""{"AccountName":"account","AccountKey":"c2VjcmV0","SasToken":"sig=x"}""", "not both")]
    [InlineData("""{"AccountName":"account","SasToken":"sv=2021-12-02"}""", "'sig='")]
    [InlineData("""{"AccountName":"account","AccountKey":"c2VjcmV0","TenantId":"t"}""", "which of them")]
    [InlineData("""{"AccountName":"account","AccountKey":7}""", "AccountKey")]
    [InlineData("""{"BlobEndpoint":"https://a.example","AccountKey":"c2VjcmV0"}""", "needs the AccountName")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"a.example","AccountKey":"c2VjcmV0"}""", "must be an address")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://a.example/?sig=x","AccountKey":"c2VjcmV0"}""", "without a query")]
    [InlineData("""{"AccountName":"account","QueueEndpoint":"https://a.example","AccountKey":"c2VjcmV0"}""", "no BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"http://a.example"}""", "https://")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://a.example","EndpointSuffix":"core.windows.net"}""", "not both")]
    public async Task A_wrong_config_is_an_invalid_request_that_says_what_is_wrong(string config, string expected)
    {
        var transport = new RecordingTransport(_ => new Canned(200));
        await using var plugin = StoragePlugin.With(JsonNode.Parse(config)!.AsObject(), transport);

        var report = await plugin.ExecuteAsync(Requests.Read(StoragePlugin.Container, "some"));

        Assert.Equal(ProblemCodes.InvalidRequest, report.Problem?.Code);
        Assert.Contains(expected, report.Problem!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", report.Problem.Message, StringComparison.Ordinal);
        Assert.Empty(transport.Seen);
    }

    [Theory]
    [InlineData(StoragePlugin.Container, "https://account.blob.core.windows.net/some?restype=container")]
    [InlineData(StoragePlugin.Queue, "https://account.queue.core.windows.net/some?comp=metadata")]
    [InlineData(StoragePlugin.Table, "https://account.table.core.windows.net/Tables?$filter=TableName%20eq%20%27some%27")]
    public async Task The_endpoints_follow_from_the_account(string type, string address)
    {
        Assert.Equal(address, (await SeenAsync(new JsonObject { ["AccountName"] = "account", ["AccountKey"] = Key }, type)).Uri.AbsoluteUri);
    }

    [Fact]
    public async Task An_account_may_be_in_another_cloud()
    {
        Assert.Equal("account.blob.core.chinacloudapi.cn", (await SeenAsync(new JsonObject { ["AccountName"] = "account", ["AccountKey"] = Key, ["EndpointSuffix"] = "core.chinacloudapi.cn" })).Uri.Host);
    }

    [Fact]
    public async Task The_environment_names_what_the_target_does_not()
    {
        var environment = new Dictionary<string, string?> { ["AZURE_STORAGE_ACCOUNT"] = "fromenvironment", ["AZURE_STORAGE_KEY"] = Key };

        var seen = await SeenAsync([], environment: environment);

        Assert.Equal("fromenvironment.blob.core.windows.net", seen.Uri.Host);
        Assert.StartsWith("SharedKey fromenvironment:", seen.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_of_the_environment_is_for_the_account_of_the_environment_alone()
    {
        var environment = new Dictionary<string, string?> { ["AZURE_STORAGE_ACCOUNT"] = "fromenvironment", ["AZURE_STORAGE_SAS_TOKEN"] = "?sv=2021-12-02&sig=c2VjcmV0" };

        Assert.Contains("sig=c2VjcmV0", (await SeenAsync(new JsonObject { ["AccountName"] = "fromenvironment" }, environment: environment)).Uri.Query, StringComparison.Ordinal);
        var other = await SeenAsync(new JsonObject { ["AccountName"] = "other" }, environment: environment);

        Assert.DoesNotContain("sig=", other.Uri.Query, StringComparison.Ordinal);
        Assert.StartsWith("Bearer ", other.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://evil.example"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://account.blob.core.windows.net.evil.example"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://evil.example/account.blob.core.windows.net"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://other.blob.core.windows.net"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://account.queue.core.windows.net"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"http://account.blob.core.windows.net"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://account.z01.blob.storage.azure.net.evil.example"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://other.z01.blob.storage.azure.net"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://account.z01.queue.storage.azure.net"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://account.evil.blob.storage.azure.net"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://account.blob.storage.azure.net"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"http://account.z01.blob.storage.azure.net"}""", "BlobEndpoint")]
    [InlineData("""{"AccountName":"account","EndpointSuffix":"evil.example"}""", "EndpointSuffix")]
    [InlineData("""{"BlobEndpoint":"https://evil.example"}""", "BlobEndpoint")]
    [InlineData("""{"BlobEndpoint":"https://evil.blob.core.windows.net.evil.example","TenantId":"t"}""", "BlobEndpoint")]
    [InlineData("""{"BlobEndpoint":"https://evil.example/.blob.core.windows.net","ManagedIdentityClientId":"c"}""", "BlobEndpoint")]
    public async Task Neither_a_secret_of_the_environment_nor_the_identity_goes_anywhere_but_to_the_account_itself(string config, string property)
    {
        foreach (var secret in (string?[])["AZURE_STORAGE_KEY", "AZURE_STORAGE_SAS_TOKEN", null])
        {
            var environment = new Dictionary<string, string?> { ["AZURE_STORAGE_ACCOUNT"] = "account" };
            if (secret is not null)
                environment[secret] = secret == "AZURE_STORAGE_KEY" ? Key : "sv=2021-12-02&sig=c2VjcmV0";
            var transport = new RecordingTransport(_ => new Canned(200));
            var identities = new FakeIdentities();
            await using var plugin = StoragePlugin.With(JsonNode.Parse(config)!.AsObject(), transport, identities, environment);

            var report = await plugin.ExecuteAsync(Requests.Read(StoragePlugin.Container, "some"));

            Assert.Equal(ProblemCodes.InvalidRequest, report.Problem?.Code);
            Assert.Contains($"{property} is not", report.Problem!.Message, StringComparison.Ordinal);
            Assert.Contains("AccountKey or a SasToken", report.Problem.Message, StringComparison.Ordinal);
            Assert.Empty(transport.Seen);
            Assert.Empty(identities.Scopes);
        }
    }

    [Theory]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://account.blob.core.windows.net/"}""", "account.blob.core.windows.net")]
    [InlineData("""{"AccountName":"account","EndpointSuffix":"core.chinacloudapi.cn"}""", "account.blob.core.chinacloudapi.cn")]
    [InlineData("""{"AccountName":"account","EndpointSuffix":"core.usgovcloudapi.net"}""", "account.blob.core.usgovcloudapi.net")]
    [InlineData("""{"BlobEndpoint":"https://other.blob.core.usgovcloudapi.net"}""", "other.blob.core.usgovcloudapi.net")]
    [InlineData("""{"AccountName":"account","BlobEndpoint":"https://account.z01.blob.storage.azure.net/"}""", "account.z01.blob.storage.azure.net")]
    [InlineData("""{"BlobEndpoint":"https://other.z50.blob.storage.azure.net"}""", "other.z50.blob.storage.azure.net")]
    public async Task The_account_s_own_addresses_get_them_in_every_cloud(string config, string host)
    {
        var identified = await SeenAsync(JsonNode.Parse(config)!.AsObject());
        Assert.Equal(host, identified.Uri.Host);
        Assert.StartsWith("Bearer ", identified.Headers["Authorization"], StringComparison.Ordinal);

        var environment = new Dictionary<string, string?> { ["AZURE_STORAGE_ACCOUNT"] = "account", ["AZURE_STORAGE_KEY"] = Key };
        var seen = await SeenAsync(JsonNode.Parse(config)!.AsObject(), environment: environment);
        Assert.StartsWith(config.Contains("AccountName", StringComparison.Ordinal) ? "SharedKey account:" : "Bearer ", seen.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_of_the_target_goes_where_the_target_says()
    {
        var environment = new Dictionary<string, string?> { ["AZURE_STORAGE_ACCOUNT"] = "account", ["AZURE_STORAGE_KEY"] = "b3RoZXI=" };

        var seen = await SeenAsync(new JsonObject { ["AccountName"] = "account", ["AccountKey"] = Key, ["BlobEndpoint"] = "http://emulator.example:10000/account" }, environment: environment);

        Assert.Equal("emulator.example", seen.Uri.Host);
        Assert.StartsWith("SharedKey account:", seen.Headers["Authorization"], StringComparison.Ordinal);
    }

    private static async Task<Recorded> SeenAsync(JsonObject target, string type = StoragePlugin.Container, Dictionary<string, string?>? environment = null)
    {
        var transport = new RecordingTransport(_ => Canned.Error(404, "ResourceNotFound"));
        await using var plugin = StoragePlugin.With(target, transport, new FakeIdentities(), environment);
        await plugin.ExecuteAsync(Requests.Read(type, "some"));
        return Assert.Single(transport.Seen);
    }
}
