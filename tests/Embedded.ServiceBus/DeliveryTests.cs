using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus.Tests;

public sealed class DeliveryTests : IAsyncLifetime
{
    private TestBus _bus = null!;

    public async ValueTask InitializeAsync() => _bus = await TestBus.StartAsync();

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task A_message_arrives_with_everything_it_was_sent_with()
    {
        var id = Guid.NewGuid();
        var sent = new ServiceBusMessage("body")
        {
            MessageId = "m1",
            CorrelationId = "c1",
            Subject = "s",
            To = "t",
            ReplyTo = "r",
            ContentType = "text/plain",
            SessionId = "x",
            ReplyToSessionId = "y",
            PartitionKey = "x",
            TransactionPartitionKey = "p",
            TimeToLive = TimeSpan.FromDays(2),
        };
        object[] values = ["text", true, 1, 2L, 3.5, 4.5f, id, TimeSpan.FromSeconds(1), new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), (byte)1, (sbyte)-1, (short)-2, (ushort)2, 3u, 4ul, 'c', 1.25m, new Uri("https://a/b")];
        for (var i = 0; i < values.Length; i++)
            sent.ApplicationProperties[$"p{i}"] = values[i];
        await _bus.Client.CreateSender("plain").SendMessageAsync(sent);

        var message = await _bus.ReceiveAsync("plain");

        Assert.Equal("body", message.Body.ToString());
        Assert.Equal(("m1", "c1", "s", "t", "r", "text/plain"), (message.MessageId, message.CorrelationId, message.Subject, message.To, message.ReplyTo, message.ContentType));
        Assert.Equal(("x", "y", "x", "p"), (message.SessionId, message.ReplyToSessionId, message.PartitionKey, message.TransactionPartitionKey));
        Assert.Equal(TimeSpan.FromDays(2), message.TimeToLive);
        Assert.Equal(values, Enumerable.Range(0, values.Length).Select(i => message.ApplicationProperties[$"p{i}"]));
        Assert.Equal((1, 1L, 1L), (message.DeliveryCount, message.SequenceNumber, message.EnqueuedSequenceNumber));
        Assert.Equal(_bus.Time.GetUtcNow(), message.EnqueuedTime);
        Assert.Equal(_bus.Time.GetUtcNow() + TimeSpan.FromDays(2), message.ExpiresAt);
        Assert.Equal(_bus.Time.GetUtcNow() + TimeSpan.FromSeconds(60), message.LockedUntil);
        Assert.Equal(ServiceBusMessageState.Active, message.State);
    }

    [Fact]
    public async Task Messages_come_in_the_order_they_were_sent()
    {
        for (var i = 0; i < 20; i++)
            await _bus.SendAsync("plain", $"{i}");
        var receiver = _bus.Client.CreateReceiver("plain");

        for (var i = 0; i < 20; i++)
            Assert.Equal($"{i}", (await TestBus.NextAsync(receiver)).Body.ToString());
    }

    [Fact]
    public async Task A_receive_answers_null_when_nothing_came_in_time() =>
        Assert.Null(await _bus.Client.CreateReceiver("plain").ReceiveMessageAsync(TimeSpan.FromMilliseconds(20)));

    [Fact]
    public async Task A_receive_that_waits_is_answered_by_a_send()
    {
        var waiting = _bus.ReceiveAsync("plain");
        await _bus.SendAsync("plain", "late");
        Assert.Equal("late", (await waiting).Body.ToString());
    }

    [Fact]
    public async Task A_batch_receive_returns_what_is_there_without_lingering()
    {
        await _bus.Client.CreateSender("plain").SendMessagesAsync([new ServiceBusMessage("a"), new ServiceBusMessage("b")]);
        var messages = await _bus.Client.CreateReceiver("plain").ReceiveMessagesAsync(10, TimeSpan.FromHours(1)).WaitAsync(TestBus.Patience);
        Assert.Equal(["a", "b"], messages.Select(message => message.Body.ToString()));
    }

    [Fact]
    public async Task A_cancelled_receive_throws_and_takes_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = _bus.Client.CreateReceiver("plain").ReceiveMessageAsync(TimeSpan.FromHours(1), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await _bus.SendAsync("plain", "m");
        Assert.Equal(1, (await _bus.ReceiveAsync("plain")).DeliveryCount);
    }

    [Fact]
    public async Task A_locked_message_is_given_to_nobody_else()
    {
        await _bus.SendAsync("plain", "m");
        await _bus.ReceiveAsync("plain");
        Assert.Null(await _bus.TryReceiveAsync("plain"));
    }

    [Fact]
    public async Task A_completed_message_is_gone()
    {
        await _bus.SendAsync("plain", "m");
        var receiver = _bus.Client.CreateReceiver("plain");
        await receiver.CompleteMessageAsync(await TestBus.NextAsync(receiver));
        _bus.Time.Advance(TimeSpan.FromHours(1));
        Assert.Null(await _bus.TryReceiveAsync("plain"));
        Assert.Equal(0, _bus.Broker.Counts()["plain"].Active);
    }

    [Fact]
    public async Task Receive_and_delete_delivers_once_and_allows_no_settlement()
    {
        await _bus.SendAsync("plain", "m");
        var receiver = _bus.Client.CreateReceiver("plain", new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        var message = await TestBus.NextAsync(receiver);
        await Assert.ThrowsAsync<InvalidOperationException>(() => receiver.CompleteMessageAsync(message));
        await _bus.RestartAsync();
        Assert.Null(await _bus.TryReceiveAsync("plain"));
    }

    [Fact]
    public async Task An_abandoned_message_comes_again_first_and_with_its_changed_properties()
    {
        await _bus.SendAsync("plain", "first");
        await _bus.SendAsync("plain", "second");
        var receiver = _bus.Client.CreateReceiver("plain");
        await receiver.AbandonMessageAsync(await TestBus.NextAsync(receiver), new Dictionary<string, object> { ["why"] = "busy" });

        var again = await TestBus.NextAsync(receiver);

        Assert.Equal(("first", 2, "busy"), (again.Body.ToString(), again.DeliveryCount, again.ApplicationProperties["why"]));
    }

    [Fact]
    public async Task Peeking_shows_messages_in_every_state_and_locks_none()
    {
        var sender = _bus.Client.CreateSender("plain");
        await sender.SendMessagesAsync([new ServiceBusMessage("a"), new ServiceBusMessage("b"), new ServiceBusMessage("c")]);
        await sender.ScheduleMessageAsync(new ServiceBusMessage("d"), _bus.Time.GetUtcNow() + TimeSpan.FromHours(1));
        var receiver = _bus.Client.CreateReceiver("plain");
        await receiver.DeferMessageAsync(await TestBus.NextAsync(receiver));

        var peeked = await receiver.PeekMessagesAsync(10);

        Assert.Equal(["a", "b", "c", "d"], peeked.Select(message => message.Body.ToString()));
        Assert.Equal([ServiceBusMessageState.Deferred, ServiceBusMessageState.Active, ServiceBusMessageState.Active, ServiceBusMessageState.Scheduled], peeked.Select(message => message.State));
        Assert.Equal("c", (await receiver.PeekMessageAsync(3)).Body.ToString());
        Assert.Null(await receiver.PeekMessageAsync(long.MaxValue));
        await Assert.ThrowsAsync<InvalidOperationException>(() => receiver.CompleteMessageAsync(peeked[1]));
        Assert.Equal("b", (await TestBus.NextAsync(receiver)).Body.ToString());
    }

    [Fact]
    public async Task Deferred_messages_are_received_by_number_only()
    {
        await _bus.SendAsync("plain", "m");
        var receiver = _bus.Client.CreateReceiver("plain");
        var message = await TestBus.NextAsync(receiver);
        await receiver.DeferMessageAsync(message);
        Assert.Null(await _bus.TryReceiveAsync("plain"));
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageNotFound, () => receiver.ReceiveDeferredMessageAsync(99));

        var deferred = await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber);
        Assert.Equal((ServiceBusMessageState.Deferred, 2), (deferred.State, deferred.DeliveryCount));
        await receiver.AbandonMessageAsync(deferred);
        Assert.Null(await _bus.TryReceiveAsync("plain"));
        await receiver.CompleteMessageAsync(await receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageNotFound, () => receiver.ReceiveDeferredMessageAsync(message.SequenceNumber));
    }

    [Fact]
    public async Task Prefetched_messages_are_given_out_in_order_and_the_rest_is_given_back_uncounted()
    {
        await _bus.Client.CreateSender("plain").SendMessagesAsync(Enumerable.Range(0, 5).Select(i => new ServiceBusMessage($"{i}")));
        await using (var receiver = _bus.Client.CreateReceiver("plain", new ServiceBusReceiverOptions { PrefetchCount = 4 }))
        {
            Assert.Equal("0", (await TestBus.NextAsync(receiver)).Body.ToString());
            Assert.Equal("1", (await TestBus.NextAsync(receiver)).Body.ToString());
        }

        var rest = await _bus.Client.CreateReceiver("plain").ReceiveMessagesAsync(10, TestBus.Patience);
        Assert.Equal(["2", "3", "4"], rest.Select(message => message.Body.ToString()));
        Assert.All(rest, message => Assert.Equal(1, message.DeliveryCount));
    }

    [Fact]
    public async Task Bodies_beyond_the_memory_budget_are_read_back_in_order()
    {
        var body = new byte[60_000];
        var sender = _bus.Client.CreateSender("plain");
        for (var i = 0; i < 60; i++)
            await sender.SendMessageAsync(new ServiceBusMessage(body) { Subject = $"{i}" });
        var receiver = _bus.Client.CreateReceiver("plain");
        for (var i = 0; i < 60; i++)
        {
            var message = await TestBus.NextAsync(receiver);
            Assert.Equal(($"{i}", body.Length), (message.Subject, message.Body.ToMemory().Length));
            await receiver.CompleteMessageAsync(message);
        }
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("events/Subscriptions/nobody")]
    public async Task An_entity_that_does_not_exist_is_refused(string path)
    {
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessagingEntityNotFound, () => _bus.Client.CreateReceiver(path).ReceiveMessageAsync(TimeSpan.Zero));
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessagingEntityNotFound, () => _bus.SendAsync(path, "m"));
    }

    [Fact]
    public async Task A_message_larger_than_256_KB_is_refused_by_the_client_and_by_the_broker()
    {
        var sender = _bus.Client.CreateSender("plain");
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageSizeExceeded, () => sender.SendMessageAsync(new ServiceBusMessage(new byte[262_144])));
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageSizeExceeded, () => sender.SendMessagesAsync([new ServiceBusMessage(new byte[200_000]), new ServiceBusMessage(new byte[100_000])]));

        await using var raw = new BusConnection(BusConnectionString.Parse(_bus.Broker.ConnectionString), new ServiceBusRetryOptions(), TimeProvider.System);
        var content = WireMessage.Encode(new ServiceBusMessage(new byte[262_144]));
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageSizeExceeded, () => raw.SendAsync("plain", [content], default));

        await sender.SendMessageAsync(new ServiceBusMessage(new byte[261_000]));
        Assert.Equal(261_000, (await _bus.ReceiveAsync("plain")).Body.ToMemory().Length);
    }

    [Fact]
    public async Task A_batch_takes_messages_until_it_is_full_and_is_sent_whole()
    {
        var sender = _bus.Client.CreateSender("plain");
        using var batch = await sender.CreateMessageBatchAsync();
        while (batch.TryAddMessage(new ServiceBusMessage(new byte[50_000])))
        {
        }

        Assert.Equal(5, batch.Count);
        Assert.InRange(batch.SizeInBytes, 250_000, 262_144);
        await sender.SendMessagesAsync(batch);
        Assert.Equal(5, (await _bus.Client.CreateReceiver("plain").ReceiveMessagesAsync(10, TestBus.Patience)).Count);
    }

    [Fact]
    public async Task A_property_of_a_type_that_cannot_travel_is_refused_before_anything_is_sent() =>
        await Assert.ThrowsAsync<System.Runtime.Serialization.SerializationException>(() =>
            _bus.Client.CreateSender("plain").SendMessageAsync(new ServiceBusMessage("m") { ApplicationProperties = { ["p"] = new object() } }));

    [Fact]
    public async Task A_changed_property_that_cannot_travel_leaves_the_connection_and_the_lock_as_they_were()
    {
        await _bus.SendAsync("plain", "m");
        var receiver = _bus.Client.CreateReceiver("plain");
        var message = await TestBus.NextAsync(receiver);
        await Assert.ThrowsAsync<System.Runtime.Serialization.SerializationException>(() => receiver.AbandonMessageAsync(message, new Dictionary<string, object> { ["p"] = new object() }));
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessageSizeExceeded, () => receiver.DeadLetterMessageAsync(message, new Dictionary<string, object> { ["p"] = new byte[400_000] }));
        await receiver.CompleteMessageAsync(message);
        Assert.Equal(new EntityCounts(0, 0, 0, 0), _bus.Broker.Counts()["plain"]);
    }

    [Fact]
    public async Task A_topic_gives_each_subscription_the_messages_its_rules_want()
    {
        var sender = _bus.Client.CreateSender("events");
        await sender.SendMessagesAsync([
            new ServiceBusMessage("1") { Subject = "resource.created" },
            new ServiceBusMessage("2") { Subject = "command.finished", ApplicationProperties = { ["level"] = 5 } },
            new ServiceBusMessage("3")]);

        Assert.Equal(["1", "2", "3"], await BodiesAsync("all"));
        Assert.Equal(["1"], await BodiesAsync("created"));
        Assert.Equal(["2"], await BodiesAsync("urgent"));

        async Task<IEnumerable<string>> BodiesAsync(string subscription) =>
            (await _bus.Client.CreateReceiver("events", subscription).ReceiveMessagesAsync(10, TestBus.Patience)).Select(message => message.Body.ToString());
    }

    [Fact]
    public async Task A_subscription_cannot_be_sent_to_and_a_topic_cannot_be_received_from()
    {
        await TestBus.RefusedAsync(ServiceBusFailureReason.GeneralError, () => _bus.SendAsync("events/Subscriptions/all", "m"));
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessagingEntityNotFound, () => _bus.Client.CreateReceiver("events").ReceiveMessageAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task Entities_can_be_added_at_run_time()
    {
        await TestBus.RefusedAsync(ServiceBusFailureReason.MessagingEntityNotFound, () => _bus.SendAsync("new", "m"));
        await _bus.Broker.ApplyTopologyAsync(new BrokerTopology([new QueueDefinition("new")], []));
        await _bus.SendAsync("NEW", "m");
        Assert.Equal("m", (await _bus.ReceiveAsync("new")).Body.ToString());
    }

    [Fact]
    public void A_client_with_a_credential_is_told_that_a_connection_string_is_needed()
    {
        var refusal = Assert.Throws<NotSupportedException>(() => new ServiceBusClient("x.servicebus.windows.net", (Azure.Core.TokenCredential)null!));
        Assert.Contains("connection string", refusal.Message, StringComparison.Ordinal);
    }
}
