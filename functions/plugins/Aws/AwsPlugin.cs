using Formae.Sdk;

namespace Formae.Plugins.Aws;

/// <summary>What this plugin consists of.</summary>
public static class AwsPlugin
{
    public static void Define(PluginDefinition plugin) => plugin.WithRateLimit(0);
}
