using Formae.Sdk;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.Aws.Tests;

/// <summary>Every type, through every fault, on real servers; what those lack is added before them.</summary>
public sealed class ConformanceTests(LikeAws server) : PluginConformance, IClassFixture<LikeAws>
{
    protected override IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["S3_ENDPOINT"] = server.Endpoint,
        ["DYNAMODB_ENDPOINT"] = server.Endpoint,
        ["AWS_ACCESS_KEY_ID"] = S3Server.AccessKeyId,

        // Neither server holds signatures of today's kind to it; the kit holds every report and every line of the log.
        ["AWS_SECRET_ACCESS_KEY"] = Aws.SecretKey,
    };

    protected override void Define(PluginDefinition plugin) => AwsPlugin.Define(plugin);
}
