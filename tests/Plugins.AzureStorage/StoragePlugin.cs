using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core.Pipeline;
using Formae.Plugins.AzureStorage.Accounts;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Formae.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Plugins.AzureStorage.Tests;

/// <summary>The plugin, in process, with a target; each call is one operation.</summary>
internal sealed class StoragePlugin : IAsyncDisposable
{
    public const string Container = "AzureStorage::Blob::Container";
    public const string ContainerPolicy = "AzureStorage::Blob::ContainerPolicy";
    public const string Blob = "AzureStorage::Blob::Blob";
    public const string Queue = "AzureStorage::Queue::Queue";
    public const string Table = "AzureStorage::Table::Table";
    public const string Entity = "AzureStorage::Table::Entity";

    private StoragePlugin(PluginHarness harness) => Harness = harness;

    public PluginHarness Harness { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static StoragePlugin On(AzuriteServer server) => With(new JsonObject
    {
        ["AccountName"] = server.Account,
        ["AccountKey"] = server.Key,
        ["BlobEndpoint"] = server.BlobEndpoint,
        ["QueueEndpoint"] = server.QueueEndpoint,
        ["TableEndpoint"] = server.TableEndpoint,
    });

    public static StoragePlugin With(JsonObject target, HttpPipelineTransport? transport = null, IdentitySource? identities = null, IReadOnlyDictionary<string, string?>? environment = null, TimeProvider? time = null)
    {
        var harness = PluginHarness.Start(
            "AzureStorage",
            plugin =>
            {
                if (transport is not null)
                    plugin.Services.AddSingleton(transport);
                if (identities is not null)
                    plugin.Services.AddSingleton(identities);
                AzureStoragePlugin.Define(plugin);
            },
            time,
            environment);
        harness.TargetConfig = JsonSerializer.SerializeToElement(target);
        return new StoragePlugin(harness);
    }

    public static string Unique(string prefix) => $"{prefix}{Guid.NewGuid():N}"[..24];

    public static OperationRequest Create(string type, JsonObject properties) => Requests.Create(type, properties);

    public Task<OperationReport> ExecuteAsync(OperationRequest request) => Harness.ExecuteAsync(request, Cancellation);

    /// <summary>The same message again: whoever had it before may have done what it says.</summary>
    public Task<OperationReport> DeliverAgainAsync(OperationRequest request) => Harness.Operator.ExecuteAsync(request with { TargetConfig = Harness.TargetConfig }, delivery: 2, Cancellation);

    public async Task<string> MakeAsync(string type, JsonObject properties)
    {
        var report = await ExecuteAsync(Create(type, properties));
        Assert.True(report.Status == OperationStatus.Success, $"{report.Status} {report.Problem?.Code} {report.Problem?.Message}");
        return report.NativeId!;
    }

    public async Task<JsonElement> ReadAsync(string type, string nativeId, JsonObject? prior = null)
    {
        var report = await ExecuteAsync(Requests.Read(type, nativeId, prior));
        Assert.True(report.Status == OperationStatus.Success, $"{report.Status} {report.Problem?.Code} {report.Problem?.Message}");
        return report.Properties!.Value;
    }

    public Task<OperationReport> UpdateAsync(string type, string nativeId, JsonObject properties, JsonElement? expected = null) => ExecuteAsync(Requests.Update(type, nativeId, properties, expected));

    public Task<OperationReport> DeleteAsync(string type, string nativeId) => ExecuteAsync(Requests.Delete(type, nativeId));

    /// <summary>Every native id, and of how many pages.</summary>
    public async Task<(List<string> Ids, int Pages)> ListAsync(string type, int pageSize = 100, JsonObject? parents = null)
    {
        var ids = new List<string>();
        string? token = null;
        for (var pages = 1; ; pages++)
        {
            var report = await ExecuteAsync(Requests.List(type, pageSize, token) with { ListParameters = parents is null ? null : JsonSerializer.SerializeToElement(parents) });
            Assert.True(report.Status == OperationStatus.Success, $"{report.Problem?.Code} {report.Problem?.Message}");
            Assert.True(report.NativeIds!.Count <= pageSize);
            ids.AddRange(report.NativeIds);
            token = report.NextPageToken;
            if (token is null)
                return (ids, pages);
        }
    }

    public ValueTask DisposeAsync() => Harness.DisposeAsync();
}
