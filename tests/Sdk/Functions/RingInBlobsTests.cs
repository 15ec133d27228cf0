using System.Text.Json;
using Formae.Messaging.KeyRing;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Formae.Sdk.Testing;
using Formae.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Sdk.Tests.Functions;

/// <summary>A plugin's app that shares nothing with the coordinator but a container of Blob storage, as on Azure.</summary>
public sealed class RingInBlobsTests(AzuriteServer azurite) : IClassFixture<AzuriteServer>, IAsyncLifetime
{
    private PluginBus _bus = null!;

    public async ValueTask InitializeAsync() => _bus = await PluginBus.StartAsync("formae-plugin-fakeaws");

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task It_serves_before_there_is_a_key_and_opens_what_is_sealed_later()
    {
        var ring = azurite.ConnectionString;
        await using var app = await PluginProcess.StartAsync("Formae.Plugins.FakeAws", _bus.Scratch.Folder, _bus.SettingsOfApp(ring));
        await _bus.AnnouncementAsync();
        Assert.Equal(OperationStatus.Success, (await _bus.RunAsync(Requests.Create("FakeAWS::Generic::Resource", """{"Name":"open"}"""))).Status);

        // The coordinator comes, makes the first key and seals with it.
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("FormaeKeyRing", ring)]).Build();
        await using var coordinator = new ServiceCollection().AddSingleton<SecretSeal>().AddFormaeKeyRing(settings, KeyRingRole.Keeper).BuildServiceProvider();
        var seal = coordinator.GetRequiredService<SecretSeal>();
        var properties = JsonSerializer.SerializeToElement(new Dictionary<string, object> { ["Name"] = "closed", ["SecretString"] = seal.Seal(Requests.Json("\"planted\"")) });
        var report = await _bus.RunAsync(Requests.Create("FakeAWS::SecretsManager::Secret", properties));

        Assert.Equal((OperationStatus.Success, null), (report.Status, report.Problem?.Message));
        Assert.Equal("planted", seal.Open(report.Properties!.Value.GetProperty("SecretString")).GetString());
    }
}
