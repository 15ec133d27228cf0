using Formae.Sdk;
using Formae.Sdk.Testing;
using Formae.Servers;

namespace Formae.Plugins.AzureStorage.Tests;

public sealed class ConformanceTests(AzuriteServer server) : PluginConformance, IClassFixture<AzuriteServer>
{
    protected override IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["AZURITE_ACCOUNT"] = server.Account,
        ["AZURITE_KEY"] = server.Key,
        ["AZURITE_BLOB"] = server.BlobEndpoint,
        ["AZURITE_QUEUE"] = server.QueueEndpoint,
        ["AZURITE_TABLE"] = server.TableEndpoint,
    };

    protected override void Define(PluginDefinition plugin) => AzureStoragePlugin.Define(plugin);
}
