using Formae.Sdk;

namespace Formae.Plugins.AzureResources;

/// <summary>What this plugin consists of.</summary>
public static class AzureResourcesPlugin
{
    public static void Define(PluginDefinition plugin) => plugin.WithRateLimit(0);
}
