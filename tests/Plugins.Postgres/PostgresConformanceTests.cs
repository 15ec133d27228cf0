using System.Globalization;
using Formae.Sdk;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.Postgres.Tests;

public sealed class PostgresConformanceTests(PostgresServer server) : PluginConformance
{
    protected override IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["POSTGRES_HOST"] = server.Host,
        ["POSTGRES_PORT"] = server.Port.ToString(CultureInfo.InvariantCulture),
        ["POSTGRES_USERNAME"] = server.Username,
        ["POSTGRES_PASSWORD"] = server.Password,
    };

    protected override void Define(PluginDefinition plugin) => PostgresPlugin.Define(plugin);
}
