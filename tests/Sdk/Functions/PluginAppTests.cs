using System.Diagnostics;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Embedded.ServiceBus;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Sdk.Tests.Functions;

/// <summary>The pretended cloud's app as a process of its own, with a real bus between it and the test.</summary>
public sealed class PluginAppTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Assembly = "Formae.Plugins.FakeAws";
    private const string Requested = "formae-plugin-fakeaws";
    private const string Type = "FakeAWS::Generic::Resource";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Scratch _scratch = new();
    private Broker _broker = null!;
    private ServiceBusClient _client = null!;
    private ServiceBusReceiver _reports = null!;

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
        _reports = _client.CreateReceiver(BusContract.ReportQueue);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task An_app_announces_itself_serves_and_survives_its_end()
    {
        var watch = Stopwatch.StartNew();
        string nativeId;
        int first;
        await using (var app = await StartAsync())
        {
            var message = await _client.CreateReceiver(BusContract.AnnouncementQueue).ReceiveMessageAsync(Patience);
            output.WriteLine($"announced and serving after {watch.ElapsedMilliseconds} ms, with {app.Megabytes} MB");
            var announcement = JsonSerializer.Deserialize(message.Body.ToMemory().Span, BusJson.Default.PluginAnnouncement)!;
            Assert.Equal(("fakeaws", Requested, app.Id), (announcement.Name, announcement.RequestQueue, announcement.ProcessId));

            var created = await RunAsync(Requests.Create(Type, """{"Name":"a"}"""));
            Assert.Equal((OperationStatus.Success, app.Id), (created.Status, created.ProcessId));
            nativeId = created.NativeId!;
            first = app.Id;
            app.Kill();
        }

        await using var next = await StartAsync();
        var read = await RunAsync(Requests.Read(Type, nativeId));
        Assert.Equal((OperationStatus.Success, next.Id), (read.Status, read.ProcessId));

        using var http = new HttpClient { BaseAddress = next.Url };
        var control = new FakeAwsControl(http);
        Assert.Equal(next.Id, (await control.HelloAsync()).ProcessId);
        Assert.Equal([(OperationVerb.Create, first), (OperationVerb.Read, next.Id)], (await control.CallsAsync()).Select(c => (c.Operation, c.ProcessId)));
        Assert.Equal(nativeId, Assert.Single(await control.SnapshotAsync()).NativeId);

        await control.InjectErrorAsync(OperationVerb.Read, Type, "Throttling");
        Assert.Equal("Throttling", (await RunAsync(Requests.Read(Type, nativeId))).Problem?.Code);
        await control.CloseGateAsync();
        await control.OpenGateAsync();
        await control.DeleteAsync(Type, nativeId);
        Assert.Equal("NotFound", (await RunAsync(Requests.Read(Type, nativeId))).Problem?.Code);
        await control.PutAsync(new CloudItem { Type = Type, NativeId = "by-hand-1", Name = "b", Properties = Requests.Json("""{"Name":"b"}""") });
        await control.SetCounterAsync(500);
        await control.ClearInjectionsAsync();
        await control.ClearProgramsAsync();
        Assert.Equal("fake-generic-000501", (await RunAsync(Requests.Create(Type, """{"Name":"c"}"""))).NativeId);
    }

    [Fact]
    public async Task An_app_without_keys_does_not_start_unless_its_bus_is_an_emulator()
    {
        var settings = Settings();
        settings["ServiceBus"] = settings["ServiceBus"].Replace("UseDevelopmentEmulator=true", "", StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => PluginProcess.StartAsync(Assembly, _scratch.Folder, settings));
        Assert.Contains("set FormaeMessageKeys to 'id:base64'", refused.Message, StringComparison.Ordinal);
    }

    [Theory(Explicit = true)]
    [InlineData(1, 500)]
    [InlineData(64, 5000)]
    public async Task Numbers_of_the_way_through_the_bus(int atOnce, int count)
    {
        await using var app = await StartAsync();
        await RunAsync(Requests.Create(Type, """{"Name":"warm"}"""));
        var watch = Stopwatch.StartNew();
        var sender = _client.CreateSender(Requested);
        var messages = 0;
        for (var sent = 0; sent < count; sent += atOnce)
        {
            await sender.SendMessagesAsync(Enumerable.Range(0, atOnce).Select(_ => Message(Requests.Create(Type, """{"Name":"a"}"""))));
            for (var reported = 0; reported < atOnce;)
            {
                var message = await _reports.ReceiveMessageAsync(Patience);
                reported += Read(message).Count;
                messages++;
                await _reports.CompleteMessageAsync(message);
            }
        }

        output.WriteLine($"{atOnce} at once: {count / watch.Elapsed.TotalSeconds:N0} operations/s, {watch.Elapsed.TotalMilliseconds / count * atOnce:N2} ms a round, {(double)count / messages:N1} reports a message");
    }

    private Task<PluginProcess> StartAsync() => PluginProcess.StartAsync(Assembly, _scratch.Folder, Settings());

    private Dictionary<string, string> Settings() => new()
    {
        ["ServiceBus"] = _broker.ConnectionString,
        ["FormaeRequestQueue"] = Requested,
        ["FormaeKeyRing"] = _scratch["keys"],
        ["FormaePluginData"] = _scratch["data"],
    };

    private async Task<OperationReport> RunAsync(OperationRequest request)
    {
        await _client.CreateSender(Requested).SendMessageAsync(Message(request));
        var message = await _reports.ReceiveMessageAsync(Patience);
        Assert.True(message is not null, $"No report of {request.Verb} came within {Patience}.");
        await _reports.CompleteMessageAsync(message);
        await SettledAsync();
        return Assert.Single(Read(message), report => report.OperationId == request.OperationId);
    }

    /// <summary>A request is completed after its report was sent: an app that is killed in between would rightly serve it once more.</summary>
    private async Task SettledAsync()
    {
        var deadline = Stopwatch.StartNew();
        while (_broker.Counts()[Requested].Active > 0)
        {
            Assert.True(deadline.Elapsed < Patience, $"A request was reported and not completed within {Patience}.");
            await Task.Yield();
        }
    }

    private static ServiceBusMessage Message(OperationRequest request) =>
        new(JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest)) { Subject = BusContract.RequestSubject, MessageId = request.MessageId };

    private static IReadOnlyList<OperationReport> Read(ServiceBusReceivedMessage message) =>
        JsonSerializer.Deserialize(message.Body.ToMemory().Span, BusJson.Default.OperationReports)!.Reports;
}
