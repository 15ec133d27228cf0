using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Embedded.ServiceBus;
using Formae.Messaging.KeyRing;
using Formae.Protocol.Bus;
using Formae.Protocol.Secrets;
using Formae.Sdk.Testing;
using Formae.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Sdk.Tests.Functions;

/// <summary>A plugin's app that shares nothing with the coordinator but a container of Blob storage, as on Azure.</summary>
public sealed class RingInBlobsTests(AzuriteServer azurite) : IClassFixture<AzuriteServer>, IAsyncLifetime
{
    private const string Requested = "formae-plugin-fakeaws";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Scratch _scratch = new();
    private Broker _broker = null!;
    private ServiceBusClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await Broker.StartAsync(
            new BrokerOptions
            {
                DataDirectory = _scratch.Folder,
                Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)],
                Topology = new BrokerTopology([new QueueDefinition(Requested), new QueueDefinition(BusContract.ReportQueue), new QueueDefinition(BusContract.AnnouncementQueue)], []),
            },
            NullLoggerFactory.Instance,
            TimeProvider.System,
            CancellationToken.None);
        _client = new ServiceBusClient(_broker.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task It_serves_before_there_is_a_key_and_opens_what_is_sealed_later()
    {
        var ring = azurite.ConnectionString;
        await using var app = await PluginProcess.StartAsync("Formae.Plugins.FakeAws", _scratch.Folder, new Dictionary<string, string>
        {
            ["ServiceBus"] = _broker.ConnectionString,
            ["FormaeRequestQueue"] = Requested,
            ["FormaeKeyRing"] = ring,
            ["FormaePluginData"] = _scratch["data"],
        });
        Assert.NotNull(await _client.CreateReceiver(BusContract.AnnouncementQueue).ReceiveMessageAsync(Patience));
        Assert.Equal(OperationStatus.Success, (await RunAsync(Requests.Create("FakeAWS::Generic::Resource", """{"Name":"open"}"""))).Status);

        // The coordinator comes, makes the first key and seals with it.
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("FormaeKeyRing", ring)]).Build();
        await using var coordinator = new ServiceCollection().AddSingleton<SecretSeal>().AddFormaeKeyRing(settings, KeyRingRole.Keeper).BuildServiceProvider();
        var seal = coordinator.GetRequiredService<SecretSeal>();
        var properties = JsonSerializer.SerializeToElement(new Dictionary<string, object> { ["Name"] = "closed", ["SecretString"] = seal.Seal(Requests.Json("\"planted\"")) });
        var report = await RunAsync(Requests.Create("FakeAWS::SecretsManager::Secret", properties));

        Assert.Equal((OperationStatus.Success, null), (report.Status, report.Problem?.Message));
        Assert.Equal("planted", seal.Open(report.Properties!.Value.GetProperty("SecretString")).GetString());
    }

    private async Task<OperationReport> RunAsync(OperationRequest request)
    {
        await _client.CreateSender(Requested).SendMessageAsync(
            new ServiceBusMessage(JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest)) { Subject = BusContract.RequestSubject, MessageId = request.MessageId });
        await using var reports = _client.CreateReceiver(BusContract.ReportQueue);
        var message = await reports.ReceiveMessageAsync(Patience);
        Assert.True(message is not null, $"No report of {request.Verb} came within {Patience}.");
        await reports.CompleteMessageAsync(message);
        return Assert.Single(JsonSerializer.Deserialize(message.Body.ToMemory().Span, BusJson.Default.OperationReports)!.Reports, report => report.OperationId == request.OperationId);
    }
}
