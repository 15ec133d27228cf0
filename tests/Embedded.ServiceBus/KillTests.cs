using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Formae.Embedded.Host;
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
        using var broker = await BrokerProcess.StartAsync(folder.Path);
        await using var client = new ServiceBusClient(BusConnectionString.Format(broker.Port, TestBus.Key));
        using var enough = new CancellationTokenSource();
        var acknowledged = new ConcurrentDictionary<string, bool>();
        var completed = new ConcurrentDictionary<string, DateTimeOffset>();
        var seen = new ConcurrentDictionary<string, bool>();
        var untilKill = int.MaxValue;
        var reached = new TaskCompletionSource();
        var again = new ConcurrentQueue<string>();

        var receiving = Enumerable.Range(0, 2).Select(_ => ReceiveAsync()).ToArray();
        var sending = Enumerable.Range(0, 4).Select(SendAsync).ToArray();
        for (var kill = 0; kill < 4; kill++)
        {
            await After(random.Next(20, 600)).WaitAsync(TestBus.Patience);
            await broker.KillAndStartAgainAsync();
        }

        await enough.CancelAsync();
        await Task.WhenAll(sending).WaitAsync(TestBus.Patience);
        var deadline = Stopwatch.StartNew();
        while (acknowledged.Keys.Any(id => !seen.ContainsKey(id)))
        {
            Assert.True(deadline.Elapsed < TestBus.Patience, $"Seed {seed}: {acknowledged.Keys.Count(id => !seen.ContainsKey(id))} of {acknowledged.Count} acknowledged messages were never delivered.");
            await Task.Delay(10);
        }

        await client.DisposeAsync();
        await Task.WhenAll(receiving).WaitAsync(TestBus.Patience);
        await broker.StopAsync();
        Assert.True(again.IsEmpty, $"Seed {seed}: delivered again after its completion was acknowledged: {string.Join(", ", again.Take(5))}");

        // The file is sound and a broker opens it.
        await using var last = await Broker.StartAsync(new BrokerOptions { DataDirectory = folder.Path, Key = TestBus.Key, Topology = TestBus.Everything }, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);

        Task After(int acknowledgements)
        {
            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref untilKill, acknowledgements);
            return reached.Task;
        }

        async Task SendAsync(int who)
        {
            var sender = client.CreateSender("plain");
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                var id = $"{who}-{i}";
                await sender.SendMessageAsync(new ServiceBusMessage(id));
                acknowledged[id] = true;
                if (Interlocked.Decrement(ref untilKill) == 0)
                    reached.TrySetResult();
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
                        // A delivery from before the kill may still be in a receiver's hands when the other one has completed the next.
                        if (completed.TryGetValue(id, out var end) && message.LockedUntil - TimeSpan.FromSeconds(60) > end)
                            again.Enqueue(id);
                        seen[message.Body.ToString()] = true;
                        try
                        {
                            await receiver.CompleteMessageAsync(message);
                            completed[id] = DateTimeOffset.UtcNow;
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
        using var broker = await BrokerProcess.StartAsync(folder.Path);
        await using var client = new ServiceBusClient(BusConnectionString.Format(broker.Port, TestBus.Key));
        await client.CreateSender("impatient").SendMessageAsync(new ServiceBusMessage("poison"));
        var receiver = client.CreateReceiver("impatient");
        for (var delivery = 1; delivery <= 2; delivery++)
        {
            Assert.Equal(delivery, (await TestBus.NextAsync(receiver)).DeliveryCount);
            // A commit after the delivery's takes its count along.
            await client.CreateSender("other").SendMessageAsync(new ServiceBusMessage("x"));
            await broker.KillAndStartAgainAsync();
        }

        Assert.Equal("MaxDeliveryCountExceeded", (await TestBus.NextAsync(client.CreateReceiver("impatient/$DeadLetterQueue"))).DeadLetterReason);
        await broker.StopAsync();
    }

    [Fact]
    public async Task The_process_ends_gracefully_with_its_parent()
    {
        using var folder = new TemporaryFolder();
        using var broker = await BrokerProcess.StartAsync(folder.Path);
        Assert.Equal(0, await broker.StopAsync());
    }
}

/// <summary>The broker as a process of its own, as the host starts it.</summary>
internal sealed class BrokerProcess : IDisposable
{
    private const string Topology = """
        {"UserConfig":{"Namespaces":[{"Queues":[
          {"Name":"plain","Properties":{"MaxDeliveryCount":2000}},{"Name":"other"},{"Name":"impatient","Properties":{"MaxDeliveryCount":2}}]}]}}
        """;

    private readonly string _folder;
    private Process? _process;

    private BrokerProcess(string folder) => _folder = folder;

    /// <summary>The same over all restarts.</summary>
    public int Port { get; } = FreePorts.Take(1)[0];

    public static async Task<BrokerProcess> StartAsync(string folder)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "key"), Convert.ToBase64String(TestBus.Key));
        await File.WriteAllTextAsync(Path.Combine(folder, "topology.json"), Topology);
        var broker = new BrokerProcess(folder);
        await broker.StartAsync();
        return broker;
    }

    public async Task KillAndStartAgainAsync()
    {
        Dispose();
        await StartAsync();
    }

    /// <summary>Ends its standard input and waits for the exit code.</summary>
    public async Task<int> StopAsync()
    {
        _process!.StandardInput.Close();
        using var patience = new CancellationTokenSource(TestBus.Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process?.Dispose();
        _process = null;
    }

    private async Task StartAsync()
    {
        var readyFile = Path.Combine(_folder, "ready.json");
        File.Delete(readyFile);
        _process = Process.Start(new ProcessStartInfo("dotnet", [
            Path.Combine(AppContext.BaseDirectory, "Formae.Embedded.Host.dll"), "broker", "--data", _folder, "--port", Port.ToString(CultureInfo.InvariantCulture),
            "--key-file", Path.Combine(_folder, "key"), "--topology", Path.Combine(_folder, "topology.json"), "--ready-file", readyFile, "--parent", "stdin"])
        {
            RedirectStandardInput = true,
        })!;
        var patience = Stopwatch.StartNew();
        while (!File.Exists(readyFile))
        {
            Assert.False(_process.HasExited, "The broker process ended before it was ready.");
            Assert.True(patience.Elapsed < TestBus.Patience, "The broker process did not become ready.");
            await Task.Delay(5);
        }

        using var ready = JsonDocument.Parse(await File.ReadAllTextAsync(readyFile));
        Assert.Equal(Port, ready.RootElement.GetProperty("port").GetInt32());
    }
}
