using Formae.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Formae.Plugins.FakeAws;

/// <summary>What this plugin consists of.</summary>
public static class FakeAwsPlugin
{
    public static void Define(PluginDefinition plugin)
    {
        plugin.Services.TryAddSingleton(TimeProvider.System);
        plugin.Services
            .AddSingleton(FakeAwsOptions.From(plugin.Settings))
            .AddSingleton(new PluginVersion(plugin.Manifest.Version))
            .AddSingleton<CallLog>()
            .AddSingleton<FakeAwsControlState>()
            .AddSingleton<FakeAwsService>();
        plugin
            .WithTargets<FakeTarget>()
            .AddResource<Bucket, BucketHandler>()
            .AddResource<Vpc, VpcHandler>()
            .AddResource<VpcCidrBlock, VpcCidrBlockHandler>()
            .AddResource<Instance, InstanceHandler>()
            .AddResource<VersionedParent, VersionedParentHandler>()
            .AddResource<VersionedConsumer, VersionedConsumerHandler>()
            .AddResource<Secret, SecretHandler>()
            .AddResource<GenericResource, GenericResourceHandler>()
            .AddResource<ChildResource, ChildResourceHandler>()
            .AddResource<GrandchildResource, GrandchildResourceHandler>()
            .AddResource<Everything, EverythingHandler>();
    }
}
