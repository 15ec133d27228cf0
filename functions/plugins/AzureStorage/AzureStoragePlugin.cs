using Azure.Core.Pipeline;
using Formae.Plugins.AzureStorage.Accounts;
using Formae.Plugins.AzureStorage.Blobs;
using Formae.Plugins.AzureStorage.Queues;
using Formae.Plugins.AzureStorage.Tables;
using Formae.Plugins.AzureStorage.Transport;
using Formae.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Formae.Plugins.AzureStorage;

/// <summary>What this plugin consists of.</summary>
public static class AzureStoragePlugin
{
    /// <summary>An account takes 20,000 requests a second and more; one partition of a table, or one blob, takes 500 to 2,000. A call here makes up to six requests.</summary>
    private const int RequestsPerSecond = 300;

    public static void Define(PluginDefinition plugin)
    {
        plugin.Services.TryAddSingleton(TimeProvider.System);
        plugin.Services.TryAddSingleton<HttpPipelineTransport>(_ => HttpClientTransport.Shared);
        plugin.Services.TryAddSingleton<IdentitySource>();
        plugin.Services
            .AddSingleton(AccountEnvironment.From(plugin.Settings))
            .AddSingleton<StorageConnections>()
            .AddSingleton<ContainerAcls>();
        plugin
            .WithRateLimit(RequestsPerSecond)
            .WithTargets<AzureStorageTarget>()
            .AddResource<BlobContainer, BlobContainerHandler>()
            .AddResource<ContainerPolicy, ContainerPolicyHandler>()
            .AddResource<Blob, BlobHandler>()
            .AddResource<StorageQueue, StorageQueueHandler>()
            .AddResource<StorageTable, StorageTableHandler>()
            .AddResource<TableEntity, TableEntityHandler>();
    }
}
