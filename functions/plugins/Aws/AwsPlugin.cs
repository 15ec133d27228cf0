using Formae.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Formae.Plugins.Aws;

/// <summary>What this plugin consists of.</summary>
public static class AwsPlugin
{
    /// <summary>An operation is up to seven calls; S3 and DynamoDB both take more than that of one account for changing buckets and tables.</summary>
    private const int OperationsPerSecond = 10;

    public static void Define(PluginDefinition plugin)
    {
        plugin.Services.TryAddSingleton(_ => AwsHttp.Real());
        plugin.Services.AddSingleton<AwsClients>();
        plugin
            .WithRateLimit(OperationsPerSecond)
            .WithTargets<AwsTarget>()
            .AddResource<Bucket, BucketHandler>()
            .AddResource<BucketObject, ObjectHandler>()
            .AddResource<Table, TableHandler>();
    }
}
