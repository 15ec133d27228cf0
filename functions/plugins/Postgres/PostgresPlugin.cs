using Formae.Sdk;

namespace Formae.Plugins.Postgres;

/// <summary>What this plugin consists of.</summary>
public static class PostgresPlugin
{
    public static void Define(PluginDefinition plugin) => plugin.WithRateLimit(0);
}
