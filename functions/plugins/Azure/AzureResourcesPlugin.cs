using Formae.Plugins.AzureResources.Arm;
using Formae.Plugins.AzureResources.Resources;
using Formae.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Formae.Plugins.AzureResources;

/// <summary>What this plugin consists of.</summary>
public static class AzureResourcesPlugin
{
    // Azure refills ten writes a second for each subscription and identity; the reads and polls beside them are allowed more.
    private const int RequestsPerSecond = 20;

    public static void Define(PluginDefinition plugin)
    {
        plugin.Services.TryAddSingleton(TimeProvider.System);
        plugin.Services.AddSingleton<ArmConnections>();
        plugin
            .WithRateLimit(RequestsPerSecond)
            .WithTargets<AzureTarget>()
            .AddResource<ResourceGroup, ResourceGroupHandler>()
            .AddResource<StorageAccount, StorageAccountHandler>()
            .AddResource<ServiceBusNamespace, ServiceBusNamespaceHandler>()
            .AddResource<ServiceBusQueue, ServiceBusQueueHandler>()
            .AddResource<FunctionApp, FunctionAppHandler>()
            .AddResource<VirtualNetwork, VirtualNetworkHandler>()
            .AddResource<Subnet, SubnetHandler>()
            .AddResource<AnyResource, AnyResourceHandler>();
    }
}
