using Azure.Messaging.ServiceBus;
using Formae.Embedded.Sqlite;

namespace Formae.Embedded.ServiceBus.Tests;

/// <summary>Everything that the clock does: locks, schedules, times to live, the window of duplicates.</summary>
public sealed class TimeTests : IAsyncLifetime
{
    private TestBus _bus = null!;

    public async ValueTask InitializeAsync() => _bus = await TestBus.StartAsync();

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task A_lock_that_expired_cannot_be_settled_and_its_message_comes_again()
    {
        await _bus.SendAsync("plain", "m");
        var receiver = _bus.Client.CreateReceiver("plain");
        var first = await TestBus.NextAsync(receiver);
        _bus.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Null(await _bus.TryReceiveAsync("plain"));
        _bus.Time.Advance(TimeSpan.FromSeconds(1));

        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageLockLost, () => receiver.CompleteMessageAsync(first));
        var second = await TestBus.NextAsync(receiver);
        Assert.Equal((first.MessageId, 2), (second.MessageId, second.DeliveryCount));
        Assert.NotEqual(first.LockToken, second.LockToken);
        await receiver.CompleteMessageAsync(second);
    }

    [Fact]
    public async Task A_renewed_lock_lasts_another_lock_duration()
    {
        await _bus.SendAsync("plain", "m");
        var receiver = _bus.Client.CreateReceiver("plain");
        var message = await TestBus.NextAsync(receiver);
        for (var i = 0; i < 3; i++)
        {
            _bus.Time.Advance(TimeSpan.FromSeconds(45));
            await receiver.RenewMessageLockAsync(message);
            Assert.Equal(_bus.Time.GetUtcNow() + TimeSpan.FromSeconds(60), message.LockedUntil);
        }

        await receiver.CompleteMessageAsync(message);
    }

    [Fact]
    public async Task A_lost_lock_cannot_be_renewed()
    {
        await _bus.SendAsync("plain", "m");
        var receiver = _bus.Client.CreateReceiver("plain");
        var message = await TestBus.NextAsync(receiver);
        _bus.Time.Advance(TimeSpan.FromMinutes(2));
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageLockLost, () => receiver.RenewMessageLockAsync(message));
    }

    [Fact]
    public async Task Locks_end_in_the_order_of_their_ends_not_of_their_begins()
    {
        await _bus.SendAsync("plain", "a");
        await _bus.SendAsync("plain", "b");
        var receiver = _bus.Client.CreateReceiver("plain");
        var a = await TestBus.NextAsync(receiver);
        var b = await TestBus.NextAsync(receiver);
        _bus.Time.Advance(TimeSpan.FromSeconds(30));
        await receiver.RenewMessageLockAsync(a);
        _bus.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("b", (await TestBus.NextAsync(receiver)).Body.ToString());
        await receiver.CompleteMessageAsync(a);
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageLockLost, () => receiver.CompleteMessageAsync(b));
    }

    [Fact]
    public async Task A_message_that_was_delivered_too_often_goes_to_the_dead_letter_queue()
    {
        await _bus.SendAsync("impatient", "m");
        var receiver = _bus.Client.CreateReceiver("impatient");
        await receiver.AbandonMessageAsync(await TestBus.NextAsync(receiver));
        Assert.Equal(2, (await TestBus.NextAsync(receiver)).DeliveryCount);
        _bus.Time.Advance(TimeSpan.FromSeconds(30));

        var dead = await TestBus.NextAsync(_bus.Client.CreateReceiver("impatient", new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }));
        Assert.Equal(("m", "MaxDeliveryCountExceeded", "impatient", 1L), (dead.Body.ToString(), dead.DeadLetterReason, dead.DeadLetterSource, dead.SequenceNumber));
        Assert.Null(await _bus.TryReceiveAsync("impatient"));
    }

    [Fact]
    public async Task A_dead_lettered_message_keeps_reason_description_and_properties_and_is_never_dead_lettered_again()
    {
        await _bus.SendAsync("impatient", "m");
        var receiver = _bus.Client.CreateReceiver("impatient");
        await receiver.DeadLetterMessageAsync(await TestBus.NextAsync(receiver), new Dictionary<string, object> { ["extra"] = 1 }, "bad", "really");
        Assert.Equal(new EntityCounts(0, 0, 0, 1), _bus.Broker.Counts()["impatient"]);

        var graveyard = _bus.Client.CreateReceiver("impatient/$DeadLetterQueue");
        for (var i = 0; i < 5; i++)
        {
            var dead = await TestBus.NextAsync(graveyard);
            Assert.Equal(("bad", "really", 1, i + 2), (dead.DeadLetterReason, dead.DeadLetterErrorDescription, dead.ApplicationProperties["extra"], dead.DeliveryCount));
            await graveyard.AbandonMessageAsync(dead);
        }

        await graveyard.CompleteMessageAsync(await TestBus.NextAsync(graveyard));
        Assert.Equal(new EntityCounts(0, 0, 0, 0), _bus.Broker.Counts()["impatient"]);
    }

    [Fact]
    public async Task A_scheduled_message_comes_when_it_is_due_under_a_new_number()
    {
        var sender = _bus.Client.CreateSender("plain");
        var number = await sender.ScheduleMessageAsync(new ServiceBusMessage("later"), _bus.Time.GetUtcNow() + TimeSpan.FromDays(60));
        await _bus.SendAsync("plain", "now");
        Assert.Equal(new EntityCounts(1, 1, 0, 0), _bus.Broker.Counts()["plain"]);
        var receiver = _bus.Client.CreateReceiver("plain");
        Assert.Equal("now", (await TestBus.NextAsync(receiver)).Body.ToString());
        _bus.Time.Advance(TimeSpan.FromDays(30));
        await receiver.CompleteMessageAsync(await TestBus.NextAsync(receiver));
        Assert.Null(await _bus.TryReceiveAsync("plain"));
        _bus.Time.Advance(TimeSpan.FromDays(30));

        var message = await TestBus.NextAsync(receiver);
        Assert.Equal(("later", number), (message.Body.ToString(), message.EnqueuedSequenceNumber));
        Assert.True(message.SequenceNumber > number);
        Assert.Equal(_bus.Time.GetUtcNow(), message.EnqueuedTime);
    }

    [Fact]
    public async Task A_message_with_a_schedule_of_its_own_waits_for_it()
    {
        await _bus.Client.CreateSender("plain").SendMessageAsync(new ServiceBusMessage("m") { ScheduledEnqueueTime = _bus.Time.GetUtcNow() + TimeSpan.FromMinutes(1) });
        Assert.Null(await _bus.TryReceiveAsync("plain"));
        _bus.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("m", (await _bus.ReceiveAsync("plain")).Body.ToString());
    }

    [Fact]
    public async Task A_cancelled_schedule_never_comes_and_cannot_be_cancelled_twice()
    {
        var sender = _bus.Client.CreateSender("plain");
        var numbers = await sender.ScheduleMessagesAsync([new ServiceBusMessage("a"), new ServiceBusMessage("b")], _bus.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
        await sender.CancelScheduledMessageAsync(numbers[0]);
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageNotFound, () => sender.CancelScheduledMessageAsync(numbers[0]));
        _bus.Time.Advance(TimeSpan.FromMinutes(1));
        var receiver = _bus.Client.CreateReceiver("plain");
        Assert.Equal("b", (await TestBus.NextAsync(receiver)).Body.ToString());
        Assert.Null(await _bus.TryReceiveAsync("plain"));
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageNotFound, () => sender.CancelScheduledMessageAsync(numbers[1]));
    }

    [Fact]
    public async Task A_message_scheduled_on_a_topic_fans_out_when_it_is_due()
    {
        var sender = _bus.Client.CreateSender("events");
        var due = _bus.Time.GetUtcNow() + TimeSpan.FromMinutes(1);
        var cancelled = await sender.ScheduleMessageAsync(new ServiceBusMessage("never"), due);
        await sender.ScheduleMessageAsync(new ServiceBusMessage("m") { Subject = "resource.created" }, due);
        await sender.CancelScheduledMessageAsync(cancelled);
        await _bus.RestartAsync();
        _bus.Time.Advance(TimeSpan.FromMinutes(1));
        foreach (var subscription in new[] { "all", "created" })
            Assert.Equal("m", (await TestBus.NextAsync(_bus.Client.CreateReceiver("events", subscription))).Body.ToString());
    }

    [Fact]
    public async Task An_expired_message_goes_to_the_dead_letter_queue_when_the_entity_says_so()
    {
        await _bus.Client.CreateSender("mortal").SendMessageAsync(new ServiceBusMessage("m") { TimeToLive = TimeSpan.FromDays(30) });
        _bus.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("TTLExpiredException", (await _bus.ReceiveAsync("mortal/$DeadLetterQueue")).DeadLetterReason);
        Assert.Null(await _bus.TryReceiveAsync("mortal"));
    }

    [Fact]
    public async Task An_expired_message_is_dropped_otherwise()
    {
        var sender = _bus.Client.CreateSender("forgetful");
        await sender.SendMessageAsync(new ServiceBusMessage("short") { TimeToLive = TimeSpan.FromMinutes(1) });
        await sender.SendMessageAsync(new ServiceBusMessage("long"));
        _bus.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("long", (await _bus.ReceiveAsync("forgetful")).Body.ToString());
        Assert.Null(await _bus.TryReceiveAsync("forgetful/$DeadLetterQueue"));
    }

    [Fact]
    public async Task A_locked_message_expires_only_when_its_lock_ends()
    {
        await _bus.Client.CreateSender("mortal").SendMessageAsync(new ServiceBusMessage("m") { TimeToLive = TimeSpan.FromSeconds(30) });
        var receiver = _bus.Client.CreateReceiver("mortal");
        var message = await TestBus.NextAsync(receiver);
        _bus.Time.Advance(TimeSpan.FromSeconds(45));
        await receiver.RenewMessageLockAsync(message);
        await receiver.AbandonMessageAsync(message);
        Assert.Equal("TTLExpiredException", (await _bus.ReceiveAsync("mortal/$DeadLetterQueue")).DeadLetterReason);
    }

    [Fact]
    public async Task A_repeated_message_id_is_swallowed_within_the_window_even_across_a_restart()
    {
        var sender = _bus.Client.CreateSender("once");
        await sender.SendMessagesAsync([new ServiceBusMessage("1") { MessageId = "x" }, new ServiceBusMessage("2") { MessageId = "x" }]);
        await sender.SendMessageAsync(new ServiceBusMessage("3") { MessageId = "x" });
        var receiver = _bus.Client.CreateReceiver("once");
        await receiver.CompleteMessageAsync(await TestBus.NextAsync(receiver));
        _bus.Time.Advance(TimeSpan.FromMinutes(4));
        await _bus.RestartAsync();
        await sender.SendMessageAsync(new ServiceBusMessage("4") { MessageId = "x" });
        Assert.Null(await _bus.TryReceiveAsync("once"));

        _bus.Time.Advance(TimeSpan.FromMinutes(1));
        await sender.SendMessageAsync(new ServiceBusMessage("5") { MessageId = "x" });
        Assert.Equal("5", (await TestBus.NextAsync(receiver)).Body.ToString());
    }

    [Fact]
    public async Task Ids_out_of_the_window_leave_the_file()
    {
        var sender = _bus.Client.CreateSender("once");
        for (var i = 0; i < 20; i++)
        {
            await sender.SendMessageAsync(new ServiceBusMessage($"{i}"));
            _bus.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await _bus.Broker.DisposeAsync();
        await using (var file = SqliteStore.Open(Path.Combine(_bus.Folder, "bus.db"), BusStore.Schema))
            Assert.InRange(file.Read(connection => CountIds(connection)), 1, 6);
        await _bus.StartBrokerAsync(0);

        static long CountIds(SqliteConnection connection)
        {
            var read = connection.Statement("SELECT count(*) FROM history");
            read.Step();
            var count = read.Int64(0);
            read.Reset();
            return count;
        }
    }
}
