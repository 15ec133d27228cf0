using System.Collections.Concurrent;
using System.Threading.Channels;
using Azure.Messaging.ServiceBus;

namespace Formae.Embedded.ServiceBus.Tests;

public sealed class ProcessorTests : IAsyncLifetime
{
    private readonly Channel<ProcessErrorEventArgs> _errors = Channel.CreateUnbounded<ProcessErrorEventArgs>();
    private TestBus _bus = null!;

    public async ValueTask InitializeAsync() => _bus = await TestBus.StartAsync();

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Fact]
    public async Task A_message_is_completed_when_its_handler_returns()
    {
        var seen = Channel.CreateUnbounded<string>();
        await using var processor = await StartAsync("plain", new(), args =>
        {
            seen.Writer.TryWrite(args.Message.Body.ToString());
            return Task.CompletedTask;
        });
        await _bus.SendAsync("plain", "m");
        Assert.Equal("m", await seen.Reader.ReadAsync().AsTask().WaitAsync(TestBus.Patience));
        await processor.StopProcessingAsync();
        Assert.Equal(0, _bus.Broker.Counts()["plain"].Active);
        Assert.False(processor.IsProcessing);
    }

    [Fact]
    public async Task A_handler_that_throws_has_its_message_abandoned_until_it_is_dead_lettered()
    {
        var calls = 0;
        await using var processor = await StartAsync("impatient", new(), _ =>
        {
            Interlocked.Increment(ref calls);
            throw new InvalidOperationException("no");
        });
        await _bus.SendAsync("impatient", "m");
        Assert.Equal("MaxDeliveryCountExceeded", (await _bus.ReceiveAsync("impatient/$DeadLetterQueue")).DeadLetterReason);
        Assert.Equal(2, calls);
        var error = await _errors.Reader.ReadAsync();
        Assert.Equal(("no", ServiceBusErrorSource.ProcessMessageCallback, "impatient"), (error.Exception.Message, error.ErrorSource, error.EntityPath));
    }

    [Fact]
    public async Task A_handler_that_settles_by_itself_is_not_completed_again()
    {
        await using var processor = await StartAsync("plain", new(), args => args.DeadLetterMessageAsync(args.Message, "mine"));
        await _bus.SendAsync("plain", "m");
        Assert.Equal("mine", (await _bus.ReceiveAsync("plain/$DeadLetterQueue")).DeadLetterReason);
        await processor.StopProcessingAsync();
        Assert.False(_errors.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public async Task So_many_handlers_run_at_once_and_no_more(int prefetch)
    {
        var running = 0;
        var most = 0;
        var reached = new SemaphoreSlim(0);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var processor = await StartAsync("plain", new() { MaxConcurrentCalls = 3, PrefetchCount = prefetch }, async _ =>
        {
            var now = Interlocked.Increment(ref running);
            lock (reached)
                most = Math.Max(most, now);
            reached.Release();
            await go.Task;
            Interlocked.Decrement(ref running);
        });
        await _bus.Client.CreateSender("plain").SendMessagesAsync(Enumerable.Range(0, 12).Select(i => new ServiceBusMessage($"{i}")));
        for (var i = 0; i < 3; i++)
            Assert.True(await reached.WaitAsync(TestBus.Patience), $"Only {i} handlers were running.");
        go.SetResult();
        for (var i = 0; i < 9; i++)
            Assert.True(await reached.WaitAsync(TestBus.Patience), $"Only {i + 3} of 12 messages were handled.");
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task Stopping_tells_the_handlers_waits_for_them_and_gives_back_what_was_fetched()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var processor = await StartAsync("plain", new() { PrefetchCount = 10 }, async args =>
        {
            args.CancellationToken.Register(told.SetResult);
            begun.SetResult();
            await end.Task;
        });
        await _bus.Client.CreateSender("plain").SendMessagesAsync(Enumerable.Range(0, 4).Select(i => new ServiceBusMessage($"{i}")));
        await begun.Task.WaitAsync(TestBus.Patience);
        var stopping = processor.StopProcessingAsync();
        await told.Task.WaitAsync(TestBus.Patience);
        Assert.False(stopping.IsCompleted);
        end.SetResult();
        await stopping.WaitAsync(TestBus.Patience);

        var rest = await _bus.Client.CreateReceiver("plain").ReceiveMessagesAsync(10, TestBus.Patience);
        Assert.Equal(["1", "2", "3"], rest.Select(message => message.Body.ToString()));
        Assert.All(rest, message => Assert.Equal(1, message.DeliveryCount));
    }

    [Fact]
    public async Task Locks_are_renewed_while_a_handler_runs()
    {
        var begun = new TaskCompletionSource<ServiceBusReceivedMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var processor = await StartAsync("plain", new(), async args =>
        {
            begun.SetResult(args.Message);
            await end.Task;
        });
        await _bus.SendAsync("plain", "m");
        var message = await begun.Task.WaitAsync(TestBus.Patience);
        try
        {
            for (var renewal = 1; renewal <= 4; renewal++)
            {
                // The clock may move only when the next renewal is planned, or it would outrun a renewal under way.
                var planned = message.LockedUntil - TimeSpan.FromSeconds(10);
                Assert.True(SpinWait.SpinUntil(() => _bus.Time.IsArmedFor(planned), TestBus.Patience), $"Renewal {renewal} was not planned.");
                _bus.Time.Advance(TimeSpan.FromSeconds(51));
                Assert.True(SpinWait.SpinUntil(() => message.LockedUntil > planned + TimeSpan.FromSeconds(10), TestBus.Patience), $"Renewal {renewal} did not come.");
            }
        }
        finally
        {
            end.SetResult();
        }

        await processor.StopProcessingAsync();
        Assert.Equal(0, _bus.Broker.Counts()["plain"].Active);
        Assert.False(_errors.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_processor_goes_on_after_a_restart_of_the_broker()
    {
        var seen = Channel.CreateUnbounded<string>();
        await using var processor = await StartAsync("plain", new() { MaxConcurrentCalls = 4 }, args =>
        {
            seen.Writer.TryWrite(args.Message.Body.ToString());
            return Task.CompletedTask;
        });
        for (var i = 0; i < 3; i++)
        {
            await _bus.SendAsync("plain", $"{i}");
            Assert.Equal($"{i}", await seen.Reader.ReadAsync().AsTask().WaitAsync(TestBus.Patience));
            await processor.StopProcessingAsync();
            await processor.StartProcessingAsync();
            await _bus.RestartAsync();
        }
    }

    [Fact]
    public async Task A_processor_needs_both_handlers_and_takes_one_of_each()
    {
        await using var processor = _bus.Client.CreateProcessor("plain");
        processor.ProcessMessageAsync += _ => Task.CompletedTask;
        Assert.Contains("ProcessErrorAsync", (await Assert.ThrowsAsync<InvalidOperationException>(() => processor.StartProcessingAsync())).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => processor.ProcessMessageAsync += _ => Task.CompletedTask);
    }

    [Fact]
    public async Task Many_messages_through_many_handlers_are_each_handled_once()
    {
        const int Count = 2000;
        var seen = new ConcurrentDictionary<string, int>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var processor = await StartAsync("plain", new() { MaxConcurrentCalls = 32, PrefetchCount = 50 }, args =>
        {
            seen.AddOrUpdate(args.Message.Body.ToString(), 1, (_, times) => times + 1);
            if (seen.Count == Count)
                done.TrySetResult();
            return Task.CompletedTask;
        });
        var sender = _bus.Client.CreateSender("plain");
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => sender.SendMessageAsync(new ServiceBusMessage($"{i}"))));
        await done.Task.WaitAsync(TestBus.Patience);
        await processor.StopProcessingAsync();
        Assert.All(seen.Values, times => Assert.Equal(1, times));
        Assert.Equal(0, _bus.Broker.Counts()["plain"].Active);
    }

    private async Task<ServiceBusProcessor> StartAsync(string entity, ServiceBusProcessorOptions options, Func<ProcessMessageEventArgs, Task> handler)
    {
        var processor = _bus.Client.CreateProcessor(entity, options);
        processor.ProcessMessageAsync += handler;
        processor.ProcessErrorAsync += args =>
        {
            _errors.Writer.TryWrite(args);
            return Task.CompletedTask;
        };
        await processor.StartProcessingAsync();
        return processor;
    }
}
