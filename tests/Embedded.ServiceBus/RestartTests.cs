using Azure.Messaging.ServiceBus;
using Formae.Embedded.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Embedded.ServiceBus.Tests;

/// <summary>The broker goes and comes back; its files are what it knows.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private TestBus _bus = null!;

    public async ValueTask InitializeAsync() => _bus = await TestBus.StartAsync();

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task A_restart_keeps_ready_scheduled_deferred_and_dead_lettered_messages()
    {
        var sender = _bus.Client.CreateSender("plain");
        var receiver = _bus.Client.CreateReceiver("plain");
        await sender.SendMessagesAsync(new[] { "defer", "bury", "ready" }.Select(body => new ServiceBusMessage(body)));
        var deferred = await TestBus.NextAsync(receiver);
        await receiver.DeferMessageAsync(deferred, new Dictionary<string, object> { ["p"] = "v" });
        await receiver.DeadLetterMessageAsync(await TestBus.NextAsync(receiver), "because");
        await sender.ScheduleMessageAsync(new ServiceBusMessage("scheduled"), _bus.Time.GetUtcNow() + TimeSpan.FromMinutes(1));

        await _bus.RestartAsync();

        Assert.Equal(new EntityCounts(1, 1, 1, 1), _bus.Broker.Counts()["plain"]);
        var ready = await TestBus.NextAsync(receiver);
        Assert.Equal(("ready", 1), (ready.Body.ToString(), ready.DeliveryCount));
        await receiver.CompleteMessageAsync(ready);
        Assert.Equal("v", (await receiver.ReceiveDeferredMessageAsync(deferred.SequenceNumber)).ApplicationProperties["p"]);
        Assert.Equal("because", (await _bus.ReceiveAsync("plain/$DeadLetterQueue")).DeadLetterReason);
        _bus.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("scheduled", (await TestBus.NextAsync(receiver)).Body.ToString());
        await _bus.SendAsync("plain", "new");
        Assert.True((await TestBus.NextAsync(receiver)).SequenceNumber > 5);
    }

    [Fact]
    public async Task A_restart_loses_the_locks_and_keeps_the_delivery_counts()
    {
        await _bus.SendAsync("impatient", "m");
        var receiver = _bus.Client.CreateReceiver("impatient");
        var before = await TestBus.NextAsync(receiver);
        await _bus.RestartAsync();
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageLockLost, () => receiver.CompleteMessageAsync(before));
        Assert.Equal(2, (await TestBus.NextAsync(receiver)).DeliveryCount);
        await _bus.RestartAsync();
        Assert.Equal("MaxDeliveryCountExceeded", (await _bus.ReceiveAsync("impatient/$DeadLetterQueue")).DeadLetterReason);
    }

    [Fact]
    public async Task A_waiting_receive_survives_a_restart()
    {
        var waiting = _bus.ReceiveAsync("plain");
        await _bus.RestartAsync();
        await using var other = new ServiceBusClient(_bus.Broker.ConnectionString);
        await other.CreateSender("plain").SendMessageAsync(new ServiceBusMessage("m"));
        Assert.Equal("m", (await waiting).Body.ToString());
    }

    [Fact]
    public async Task A_send_while_the_broker_is_away_arrives_when_it_is_back()
    {
        await _bus.SendAsync("plain", "before");
        var port = _bus.Broker.Port;
        await _bus.Broker.DisposeAsync();
        var sending = _bus.SendAsync("plain", "during");
        Assert.False(sending.IsCompleted);
        await _bus.StartBrokerAsync(port);
        await sending.WaitAsync(TestBus.Patience);
        var receiver = _bus.Client.CreateReceiver("plain");
        Assert.Equal(["before", "during"], [(await TestBus.NextAsync(receiver)).Body.ToString(), (await TestBus.NextAsync(receiver)).Body.ToString()]);
    }

    [Fact]
    public async Task An_operation_gives_up_when_the_broker_stays_away()
    {
        await using var client = new ServiceBusClient(_bus.Broker.ConnectionString, new ServiceBusClientOptions { RetryOptions = new ServiceBusRetryOptions { TryTimeout = TimeSpan.FromMilliseconds(100) } });
        var port = _bus.Broker.Port;
        await _bus.Broker.DisposeAsync();
        var refusal = await TestBus.RefusedAsync(ServiceBusFailureReason.ServiceCommunicationProblem, () => client.CreateSender("plain").SendMessageAsync(new ServiceBusMessage("m")));
        Assert.True(refusal.IsTransient);
        await _bus.StartBrokerAsync(port);
    }

    [Fact]
    public async Task What_a_lost_connection_held_is_ready_again_at_once()
    {
        await _bus.SendAsync("plain", "m");
        var doomed = new ServiceBusClient(_bus.Broker.ConnectionString);
        await TestBus.NextAsync(doomed.CreateReceiver("plain"));
        await doomed.DisposeAsync();
        Assert.Equal(2, (await _bus.ReceiveAsync("plain")).DeliveryCount);
    }

    [Fact]
    public async Task A_second_broker_on_the_same_directory_is_told_who_has_it()
    {
        var refusal = await Assert.ThrowsAsync<StoreInUseException>(() => _bus.StartBrokerAsync(0));
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_corrupt_file_is_refused_and_left_as_it_is()
    {
        for (var i = 0; i < 50; i++)
            await _bus.SendAsync("plain", new string('x', 2000));
        var port = _bus.Broker.Port;
        await _bus.Broker.DisposeAsync();
        var file = Path.Combine(_bus.Folder, "bus.db");
        var sound = await File.ReadAllBytesAsync(file);
        var damaged = (byte[])sound.Clone();
        for (var at = 4096; at < damaged.Length; at += 3)
            damaged[at] ^= 0x5a;
        await File.WriteAllBytesAsync(file, damaged);

        var refusal = await Assert.ThrowsAsync<CorruptStoreException>(() => _bus.StartBrokerAsync(port));

        Assert.Contains("bus.db", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(file));
        await File.WriteAllBytesAsync(file, sound);
        await _bus.StartBrokerAsync(port);
    }

    [Fact]
    public async Task A_short_key_is_refused()
    {
        using var folder = new TemporaryFolder();
        await Assert.ThrowsAsync<ArgumentException>(() => Broker.StartAsync(
            new BrokerOptions { DataDirectory = folder.Path, Key = new byte[8], Topology = BrokerTopology.Empty }, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None));
    }
}
