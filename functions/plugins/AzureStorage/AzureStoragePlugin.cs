using Formae.Sdk;

namespace Formae.Plugins.AzureStorage;

/// <summary>What this plugin consists of.</summary>
public static class AzureStoragePlugin
{
    public static void Define(PluginDefinition plugin) => plugin.WithRateLimit(0);
}
