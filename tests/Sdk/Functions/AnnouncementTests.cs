using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Messaging;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Formae.Sdk.Functions;
using Formae.Servers;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Sdk.Tests.Functions;

public sealed class AnnouncementTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task An_announcement_tells_what_the_plugin_serves()
    {
        await using var plugin = _scratch.FakeAws();
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var announcement = plugin.Definition.Announce(plugin.Operator, "formae-plugin-fakeaws", start, start.AddSeconds(30));
        Assert.Equal(("FakeAWS", "formae-plugin-fakeaws", Environment.ProcessId), (announcement.Namespace, announcement.RequestQueue, announcement.ProcessId));
        Assert.Equal(11, announcement.ResourceTypes.Count);
        Assert.All(announcement.ResourceTypes, type => Assert.True(type is { CanList: true, JsonSchema: not null } && type.Schema.Fields.Count > 0));

        // What the coordinator reads is what was sent.
        var text = JsonSerializer.Serialize(announcement, BusJson.Default.PluginAnnouncement);
        Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize(text, BusJson.Default.PluginAnnouncement)!, BusJson.Default.PluginAnnouncement));
        Assert.True(text.Length < 200_000, $"The announcement has {text.Length} characters.");
    }

    [Theory]
    [InlineData("FakeAws", "fakeaws", "FakeAWS")]
    [InlineData("Local", "local", "Local")]
    public void The_manifests_of_the_plugins_here_are_sound(string folder, string name, string pluginNamespace)
    {
        var manifest = PluginManifest.Load(Path.Combine(Repository.Root, "functions", "plugins", folder, PluginManifest.FileName));
        Assert.Equal((name, pluginNamespace, $"Formae.Plugins.{folder}"), (manifest.Name, manifest.Namespace, manifest.Assembly));
    }

    [Theory]
    [InlineData("""{"name":"X","namespace":"A","version":"1.0.0"}""", "name 'X'")]
    [InlineData("""{"name":"x","namespace":"A::B","version":"1.0.0"}""", "namespace 'A::B'")]
    [InlineData("""{"name":"x","namespace":"A","version":"1"}""", "version '1'")]
    [InlineData("""{"name":"x","namespace":"A"}""", "version")]
    [InlineData("nonsense", "no manifest")]
    public void A_manifest_that_is_wrong_is_refused_with_the_reason(string text, string reason)
    {
        File.WriteAllText(_scratch["plugin.json"], text);
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => PluginManifest.Load(_scratch["plugin.json"])).Message);
    }

    [Fact]
    public void A_manifest_that_is_not_there_is_missed_by_its_path() =>
        Assert.Contains(_scratch["plugin.json"], Assert.Throws<InvalidDataException>(() => PluginManifest.Load(_scratch["plugin.json"])).Message);

    [Theory]
    [InlineData("FormaeRequestQueue", "", "FormaeRequestQueue")]
    [InlineData("ServiceBus", "", "ServiceBus__fullyQualifiedNamespace")]
    [InlineData("FormaeReportLingerMs", "70", "0 to 50")]
    [InlineData("FormaeLargestReportBytes", "10", "100000 to 268435456")]
    public void A_setting_that_is_wrong_is_named(string key, string value, string expected)
    {
        var settings = new Dictionary<string, string?> { ["FormaeRequestQueue"] = "q", ["ServiceBus"] = "Endpoint=sb://x", [key] = value };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        Assert.Contains(expected, Assert.Throws<InvalidOperationException>(() => PluginAppOptions.From(configuration)).Message);
    }

    [Fact]
    public async Task An_app_that_may_not_use_the_bus_yet_goes_on()
    {
        await using var plugin = _scratch.FakeAws();
        var settings = new Dictionary<string, string?> { ["FormaeMessageKeys"] = "k1:" + Convert.ToBase64String(new byte[32]) };
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddFormaeMessaging(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();
        using var announcer = new Announcer(
            plugin.Definition, plugin.Operator, new PluginAppOptions { RequestQueue = "q" }, new BusSenders(new LockedBus(), services.GetRequiredService<MessageWriter>()),
            new SecretSeal(new EphemeralDataProtectionProvider()), TimeProvider.System, NullLogger<Announcer>.Instance);

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => announcer.AnnounceAsync(TestContext.Current.CancellationToken));
        await announcer.StartAsync(TestContext.Current.CancellationToken);

        // What a background service throws ends its app.
        await announcer.ExecuteTask!;
    }

    /// <summary>What the clients of Azure say while a role that was just assigned spreads.</summary>
    private sealed class LockedBus : ServiceBusClient
    {
        public override ServiceBusSender CreateSender(string queueOrTopicName) => new LockedSender();
    }

    private sealed class LockedSender : ServiceBusSender
    {
        public override Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default) => throw new UnauthorizedAccessException("Unauthorized access. 'Send' claim(s) are required.");
    }
}
