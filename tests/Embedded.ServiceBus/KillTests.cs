using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Embedded.ServiceBus.Tests;

/// <summary>A broker process killed at random moments under load. Seeds are in the failure text.</summary>
public sealed class KillTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Killed_at_any_moment_it_loses_no_acknowledged_send_and_redelivers_nothing_completed(int seed)
    {
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        var broker = await BrokerProcess.StartAsync(folder.Path, 0);
        var port = broker.Port;
        await using var client = new ServiceBusClient(BusConnectionString.Format(port, TestBus.Key));
        using var enough = new CancellationTokenSource();
        var acknowledged = new ConcurrentDictionary<string, bool>();
        var completed = new ConcurrentDictionary<string, bool>();
        var seen = new ConcurrentDictionary<string, bool>();
        var again = new ConcurrentQueue<string>();

        var receiving = Enumerable.Range(0, 2).Select(_ => ReceiveAsync()).ToArray();
        var sending = Enumerable.Range(0, 4).Select(SendAsync).ToArray();
        for (var kill = 0; kill < 4; kill++)
        {
            await Task.Delay(random.Next(20, 250));
            broker.Kill();
            broker = await BrokerProcess.StartAsync(folder.Path, port);
        }

        await enough.CancelAsync();
        await Task.WhenAll(sending).WaitAsync(TestBus.Patience);
        var deadline = Stopwatch.StartNew();
        while (acknowledged.Keys.Any(id => !seen.ContainsKey(id)))
        {
            Assert.True(deadline.Elapsed < TestBus.Patience, $"Seed {seed}: {acknowledged.Keys.Count(id => !seen.ContainsKey(id))} of {acknowledged.Count} acknowledged messages were never delivered.");
            await Task.Yield();
        }

        await client.DisposeAsync();
        await Task.WhenAll(receiving).WaitAsync(TestBus.Patience);
        await broker.StopAsync();
        Assert.True(acknowledged.Count > 100, $"Seed {seed}: only {acknowledged.Count} messages got through; nothing was tested.");
        Assert.True(again.IsEmpty, $"Seed {seed}: delivered again after its completion was acknowledged: {string.Join(", ", again.Take(5))}");

        // The file is sound and a broker opens it.
        await using var last = await Broker.StartAsync(new BrokerOptions { DataDirectory = folder.Path, Key = TestBus.Key, Topology = TestBus.Everything }, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);

        async Task SendAsync(int who)
        {
            var sender = client.CreateSender("plain");
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                var id = $"{who}-{i}";
                await sender.SendMessageAsync(new ServiceBusMessage(id));
                acknowledged[id] = true;
            }
        }

        async Task ReceiveAsync()
        {
            var receiver = client.CreateReceiver("plain");
            try
            {
                while (true)
                {
                    foreach (var message in await receiver.ReceiveMessagesAsync(16, Timeout.InfiniteTimeSpan))
                    {
                        // A send that was repeated because its answer was lost is another message of the same body.
                        var id = $"{message.Body}#{message.SequenceNumber}";
                        if (completed.ContainsKey(id))
                            again.Enqueue(id);
                        seen[message.Body.ToString()] = true;
                        try
                        {
                            await receiver.CompleteMessageAsync(message);
                            completed[id] = true;
                        }
                        catch (ServiceBusException e) when (e.Reason is ServiceBusFailureReason.MessageLockLost)
                        {
                            // The broker was killed in between: it comes again.
                        }
                    }
                }
            }
            catch (ObjectDisposedException)
            {
                // The end of the test.
            }
            catch (ServiceBusException) when (client.IsClosed)
            {
                // The same, seen from an operation under way.
            }
        }
    }

    [Fact]
    public async Task A_message_that_was_delivered_before_a_kill_counts_that_delivery()
    {
        using var folder = new TemporaryFolder();
        var broker = await BrokerProcess.StartAsync(folder.Path, 0);
        await using var client = new ServiceBusClient(BusConnectionString.Format(broker.Port, TestBus.Key));
        await client.CreateSender("impatient").SendMessageAsync(new ServiceBusMessage("poison"));
        var receiver = client.CreateReceiver("impatient");
        for (var delivery = 1; delivery <= 2; delivery++)
        {
            Assert.Equal(delivery, (await TestBus.NextAsync(receiver)).DeliveryCount);
            // A commit after the delivery's takes its count along.
            await client.CreateSender("other").SendMessageAsync(new ServiceBusMessage("x"));
            broker.Kill();
            broker = await BrokerProcess.StartAsync(folder.Path, broker.Port);
        }

        Assert.Equal("MaxDeliveryCountExceeded", (await TestBus.NextAsync(client.CreateReceiver("impatient/$DeadLetterQueue"))).DeadLetterReason);
        await broker.StopAsync();
    }

    [Fact]
    public async Task The_process_ends_gracefully_with_its_parent()
    {
        using var folder = new TemporaryFolder();
        var broker = await BrokerProcess.StartAsync(folder.Path, 0);
        Assert.Equal(0, await broker.StopAsync());
    }
}

/// <summary>The broker as a process of its own, as the host starts it.</summary>
internal sealed class BrokerProcess
{
    private readonly Process _process;

    private BrokerProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<BrokerProcess> StartAsync(string folder, int port)
    {
        var keyFile = Path.Combine(folder, "key");
        var topologyFile = Path.Combine(folder, "topology.json");
        var readyFile = Path.Combine(folder, "ready.json");
        File.Delete(readyFile);
        await File.WriteAllTextAsync(keyFile, Convert.ToBase64String(TestBus.Key));
        await File.WriteAllTextAsync(topologyFile, """{"UserConfig":{"Namespaces":[{"Queues":[{"Name":"plain","Properties":{"MaxDeliveryCount":2000}},{"Name":"other"},{"Name":"impatient","Properties":{"MaxDeliveryCount":2}}]}]}}""");
        var process = Process.Start(new ProcessStartInfo("dotnet", [
            Path.Combine(AppContext.BaseDirectory, "Formae.Embedded.Host.dll"), "broker", "--data", folder, "--port", port.ToString(CultureInfo.InvariantCulture),
            "--key-file", keyFile, "--topology", topologyFile, "--ready-file", readyFile, "--parent", "stdin"])
        {
            RedirectStandardInput = true,
        })!;
        var patience = Stopwatch.StartNew();
        while (!File.Exists(readyFile))
        {
            Assert.False(process.HasExited, "The broker process ended before it was ready.");
            Assert.True(patience.Elapsed < TestBus.Patience, "The broker process did not become ready.");
            await Task.Delay(5);
        }

        using var ready = JsonDocument.Parse(await File.ReadAllTextAsync(readyFile));
        return new BrokerProcess(process, ready.RootElement.GetProperty("port").GetInt32());
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    public async Task<int> StopAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TestBus.Patience);
        await _process.WaitForExitAsync(patience.Token);
        var code = _process.ExitCode;
        _process.Dispose();
        return code;
    }
}
