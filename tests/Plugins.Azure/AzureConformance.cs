using Formae.ArmSimulator;
using Formae.Sdk;
using Formae.Sdk.Testing;

namespace Formae.Plugins.AzureResources.Tests;

public sealed class AzureConformance(ArmServer server) : PluginConformance, IClassFixture<ArmServer>
{
    protected override IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string> { ["ARM_ENDPOINT"] = server.Simulator.Address.ToString() };

    protected override void Define(PluginDefinition plugin) => AzureResourcesPlugin.Define(plugin);
}

/// <summary>A simulator for the tests of one class.</summary>
public sealed class ArmServer : IAsyncLifetime
{
    public Simulator Simulator { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Simulator = await Simulator.StartAsync(cancellation: TestContext.Current.CancellationToken);
        Simulator.Cloud.PageSize = 3;
    }

    public ValueTask DisposeAsync() => Simulator.DisposeAsync();
}
