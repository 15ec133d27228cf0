using System.Diagnostics;
using Formae.Plugins.FakeAws;
using Formae.Protocol.Bus;
using Formae.Sdk.Testing;

namespace Formae.Sdk.Tests.Functions;

/// <summary>The pretended cloud's app as a process of its own, with a real bus between it and the test.</summary>
public sealed class PluginAppTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Assembly = "Formae.Plugins.FakeAws";
    private const string Type = "FakeAWS::Generic::Resource";

    private PluginBus _bus = null!;

    public async ValueTask InitializeAsync() => _bus = await PluginBus.StartAsync("formae-plugin-fakeaws");

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task An_app_announces_itself_serves_and_survives_its_end()
    {
        var watch = Stopwatch.StartNew();
        string nativeId;
        int first;
        await using (var app = await StartAsync())
        {
            var announcement = await _bus.AnnouncementAsync();
            output.WriteLine($"announced and serving after {watch.ElapsedMilliseconds} ms, with {app.Megabytes} MB");
            Assert.Equal(("fakeaws", _bus.Queue, app.Id), (announcement.Name, announcement.RequestQueue, announcement.ProcessId));

            var created = await _bus.RunAsync(Requests.Create(Type, """{"Name":"a"}"""));
            Assert.Equal((OperationStatus.Success, app.Id), (created.Status, created.ProcessId));
            nativeId = created.NativeId!;
            first = app.Id;
            app.Kill();
        }

        await using var next = await StartAsync();
        var read = await _bus.RunAsync(Requests.Read(Type, nativeId));
        Assert.Equal((OperationStatus.Success, next.Id), (read.Status, read.ProcessId));

        using var http = new HttpClient { BaseAddress = next.Url };
        var control = new FakeAwsControl(http);
        Assert.Equal(next.Id, (await control.HelloAsync()).ProcessId);
        Assert.Equal([(OperationVerb.Create, first), (OperationVerb.Read, next.Id)], (await control.CallsAsync()).Select(c => (c.Operation, c.ProcessId)));
        Assert.Equal(nativeId, Assert.Single(await control.SnapshotAsync()).NativeId);

        await control.InjectErrorAsync(OperationVerb.Read, Type, "Throttling");
        Assert.Equal("Throttling", (await _bus.RunAsync(Requests.Read(Type, nativeId))).Problem?.Code);
        await control.CloseGateAsync();
        await control.OpenGateAsync();
        await control.DeleteAsync(Type, nativeId);
        Assert.Equal("NotFound", (await _bus.RunAsync(Requests.Read(Type, nativeId))).Problem?.Code);
        await control.PutAsync(new CloudItem { Type = Type, NativeId = "by-hand-1", Name = "b", Properties = Requests.Json("""{"Name":"b"}""") });
        await control.SetCounterAsync(500);
        await control.ClearInjectionsAsync();
        await control.ClearProgramsAsync();
        Assert.Equal("fake-generic-000501", (await _bus.RunAsync(Requests.Create(Type, """{"Name":"c"}"""))).NativeId);
    }

    [Fact]
    public async Task An_app_without_keys_does_not_start_unless_its_bus_is_an_emulator()
    {
        var settings = Settings();
        settings["ServiceBus"] = settings["ServiceBus"].Replace("UseDevelopmentEmulator=true", "", StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => PluginProcess.StartAsync(Assembly, _bus.Scratch.Folder, settings));
        Assert.Contains("set FormaeMessageKeys to 'id:base64'", refused.Message, StringComparison.Ordinal);
    }

    [Theory(Explicit = true)]
    [InlineData(1, 500)]
    [InlineData(64, 5000)]
    public async Task Numbers_of_the_way_through_the_bus(int atOnce, int count)
    {
        await using var app = await StartAsync();
        await _bus.RunAsync(Requests.Create(Type, """{"Name":"warm"}"""));
        var watch = Stopwatch.StartNew();
        var messages = 0;
        for (var sent = 0; sent < count; sent += atOnce)
        {
            await _bus.SendAsync(Enumerable.Range(0, atOnce).Select(_ => Requests.Create(Type, """{"Name":"a"}""")));
            for (var reported = 0; reported < atOnce;)
            {
                reported += (await _bus.ReportsAsync()).Count;
                messages++;
            }
        }

        output.WriteLine($"{atOnce} at once: {count / watch.Elapsed.TotalSeconds:N0} operations/s, {watch.Elapsed.TotalMilliseconds / count * atOnce:N2} ms a round, {(double)count / messages:N1} reports a message");
    }

    private Task<PluginProcess> StartAsync() => PluginProcess.StartAsync(Assembly, _bus.Scratch.Folder, Settings());

    private Dictionary<string, string> Settings() => _bus.SettingsOfApp(_bus.Scratch["keys"]);
}
