using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Embedded.Functions.Tests;

public sealed class ServiceBusTests : IAsyncLifetime
{
    private readonly Signal<string> _calls = new("A call of the function");
    private readonly Signal<bool> _leave = new("The leave to go on");
    private TestBroker _bus = null!;

    public async ValueTask InitializeAsync() => _bus = await TestBroker.StartAsync();

    public ValueTask DisposeAsync() => _bus.DisposeAsync();

    [Theory]
    [InlineData(typeof(TakesString), "text abc")]
    [InlineData(typeof(TakesBytes), "bytes 3")]
    [InlineData(typeof(TakesBinary), "binary abc")]
    [InlineData(typeof(TakesMessage), "message m0 abc m0 1")]
    public async Task A_message_arrives_in_the_shape_that_is_asked_for_and_is_completed(Type functions, string expected)
    {
        await using (await StartAsync(functions))
        {
            await _bus.SendAsync("work", "abc");
            Assert.Equal(expected, await _calls.NextAsync());
        }

        Assert.Equal(0, await _bus.LeftAsync("work"));
    }

    [Fact]
    public async Task A_message_is_read_as_JSON()
    {
        await using var app = await StartAsync(typeof(TakesPet));
        await _bus.SendAsync("work", """{"name":"Rex","age":4}""");
        Assert.Equal("pet Rex 4", await _calls.NextAsync());
    }

    [Fact]
    public async Task A_function_of_a_topic_takes_its_names_from_settings()
    {
        await using var app = await StartAsync(typeof(OfTopic), builderSetting: ("Topic", "events"));
        await _bus.SendAsync("events", "hello");
        Assert.Equal("topic hello", await _calls.NextAsync());
    }

    [Fact]
    public async Task A_function_that_fails_gets_the_message_again_until_it_is_dead()
    {
        await using var app = await StartAsync(typeof(Fails));
        await _bus.SendAsync("work", "abc");
        for (var delivery = 1; delivery <= 3; delivery++)
            Assert.Equal($"delivery {delivery}", await _calls.NextAsync());
        var dead = await _bus.DeadLetterAsync("work");
        Assert.Equal("MaxDeliveryCountExceeded", dead?.DeadLetterReason);
        Assert.False(_calls.HasValue);
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_ends_in_the_dead_letter_queue()
    {
        await using var app = await StartAsync(typeof(TakesPet));
        await _bus.SendAsync("work", "no json");
        Assert.NotNull(await _bus.DeadLetterAsync("work"));
        Assert.False(_calls.HasValue);
    }

    [Fact]
    public async Task With_actions_the_function_settles_for_itself()
    {
        await using var app = await StartAsync(typeof(Settles));
        await _bus.SendAsync("work", "abc");
        Assert.Equal("dead-lettered", await _calls.NextAsync());
        var dead = await _bus.DeadLetterAsync("work");
        Assert.Equal(("because", "I say so"), (dead!.DeadLetterReason, dead.DeadLetterErrorDescription));
    }

    [Theory]
    [InlineData(typeof(TakesString), "true", 0)]
    [InlineData(typeof(TakesString), "false", 1)]
    [InlineData(typeof(CompletesAlways), "false", 0)]
    [InlineData(typeof(CompletesNever), "true", 1)]
    public async Task What_the_attribute_does_not_say_about_completing_host_json_says(Type functions, string hostJson, int left)
    {
        await using (await StartAsync(functions, hostJson: "{\"version\":\"2.0\",\"extensions\":{\"serviceBus\":{\"autoCompleteMessages\":" + hostJson + "}}}"))
        {
            await _bus.SendAsync("work", "abc");
            await _calls.NextAsync();
        }

        Assert.Equal(left, await _bus.LeftAsync("work"));
    }

    [Fact]
    public async Task A_batch_arrives_as_an_array_and_is_completed()
    {
        await _bus.SendAsync("work", "a", "b", "c");
        await using (await StartAsync(typeof(TakesBatch), hostJson: """{"version":"2.0","extensions":{"serviceBus":{"maxMessageBatchSize":2}}}"""))
        {
            Assert.Equal("batch a,b", await _calls.NextAsync());
            Assert.Equal("batch c", await _calls.NextAsync());
        }

        Assert.Equal(0, await _bus.LeftAsync("work"));
    }

    [Fact]
    public async Task A_batch_that_fails_comes_again_without_what_was_settled()
    {
        await _bus.SendAsync("work", "a", "b", "c");
        await using var app = await StartAsync(typeof(FailsOnce));
        Assert.Equal("batch a,b,c", await _calls.NextAsync());
        Assert.Equal("batch b,c", await _calls.NextAsync());
    }

    [Fact]
    public async Task At_most_so_many_calls_run_at_once_as_host_json_says()
    {
        await _bus.SendAsync("work", "a", "b", "c");
        await using var app = await StartAsync(typeof(Waits), hostJson: """{"version":"2.0","extensions":{"serviceBus":{"maxConcurrentCalls":2}}}""");
        Assert.Equal(["a", "b"], new[] { await _calls.NextAsync(), await _calls.NextAsync() }.Order());
        Assert.False(_calls.HasValue);
        _leave.Set(true);
        Assert.Equal("c", await _calls.NextAsync());
        _leave.Set(true);
        _leave.Set(true);
    }

    [Fact]
    public async Task A_stop_waits_for_what_runs_settles_it_and_takes_nothing_new()
    {
        await _bus.SendAsync("work", "a");
        var app = await StartAsync(typeof(Waits));
        await _calls.NextAsync();
        var stopping = app.DisposeAsync().AsTask();
        await _bus.SendAsync("work", "b");
        Assert.False(stopping.IsCompleted);
        _leave.Set(true);
        await stopping.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(_calls.HasValue);
        Assert.Equal(1, await _bus.LeftAsync("work"));
    }

    [Fact]
    public async Task A_stop_cancels_what_runs_when_its_time_is_over()
    {
        await _bus.SendAsync("work", "a");
        var app = await StartAsync(typeof(NeverEnds), builderSetting: ("EMBEDDED_DRAIN_SECONDS", "0.2"));
        await _calls.NextAsync();
        await app.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("cancelled", await _calls.NextAsync());
        Assert.Equal(1, await _bus.LeftAsync("work"));
    }

    private Task<TestApp> StartAsync(Type functions, string? hostJson = null, (string Name, string Value)? builderSetting = null) => TestApp.StartAsync(
        functions,
        builder =>
        {
            builder.Configuration["ServiceBus"] = _bus.ConnectionString;
            if (builderSetting is { } setting)
                builder.Configuration[setting.Name] = setting.Value;
            builder.Services.AddSingleton(_calls);
            builder.Services.AddSingleton(_leave);
        },
        hostJson ?? """{"version":"2.0","logging":{"logLevel":{"default":"None"}}}""");

    internal sealed class TakesString(Signal<string> calls)
    {
        [Function("TakesString")]
        public void Run([ServiceBusTrigger("work")] string text) => calls.Set($"text {text}");
    }

    internal sealed class TakesBytes(Signal<string> calls)
    {
        [Function("TakesBytes")]
        public void Run([ServiceBusTrigger("work")] byte[] bytes) => calls.Set($"bytes {bytes.Length}");
    }

    internal sealed class TakesBinary(Signal<string> calls)
    {
        [Function("TakesBinary")]
        public void Run([ServiceBusTrigger("work", Connection = "ServiceBus")] BinaryData data) => calls.Set($"binary {data}");
    }

    internal sealed class TakesMessage(Signal<string> calls)
    {
        [Function("TakesMessage")]
        public Task RunAsync([ServiceBusTrigger("work")] ServiceBusReceivedMessage message, FunctionContext context, CancellationToken cancellationToken)
        {
            var data = context.BindingContext.BindingData;
            calls.Set($"message {message.MessageId} {message.Body} {data["messageId"]} {data["DeliveryCount"]}");
            return Task.CompletedTask;
        }
    }

    internal sealed class TakesPet(Signal<string> calls)
    {
        [Function("TakesPet")]
        public void Run([ServiceBusTrigger("work")] Pet pet) => calls.Set($"pet {pet.Name} {pet.Age}");
    }

    internal sealed class OfTopic(Signal<string> calls)
    {
        [Function("OfTopic")]
        public void Run([ServiceBusTrigger("%Topic%", "all")] string text) => calls.Set($"topic {text}");
    }

    internal sealed class Fails(Signal<string> calls)
    {
        [Function("Fails")]
        public Task RunAsync([ServiceBusTrigger("work")] ServiceBusReceivedMessage message)
        {
            calls.Set($"delivery {message.DeliveryCount}");
            throw new InvalidOperationException("This message is not liked.");
        }
    }

    internal sealed class Settles(Signal<string> calls)
    {
        [Function("Settles")]
        public async Task RunAsync([ServiceBusTrigger("work")] ServiceBusReceivedMessage message, ServiceBusMessageActions actions)
        {
            await actions.DeadLetterMessageAsync(message, deadLetterReason: "because", deadLetterErrorDescription: "I say so");
            calls.Set("dead-lettered");
        }
    }

    internal sealed class CompletesAlways(Signal<string> calls)
    {
        [Function("CompletesAlways")]
        public void Run([ServiceBusTrigger("work", AutoCompleteMessages = true)] string text) => calls.Set(text);
    }

    internal sealed class CompletesNever(Signal<string> calls)
    {
        [Function("CompletesNever")]
        public void Run([ServiceBusTrigger("work", AutoCompleteMessages = false)] string text) => calls.Set(text);
    }

    internal sealed class TakesBatch(Signal<string> calls)
    {
        [Function("TakesBatch")]
        public void Run([ServiceBusTrigger("work", IsBatched = true)] string[] texts) => calls.Set($"batch {string.Join(',', texts)}");
    }

    internal sealed class FailsOnce(Signal<string> calls)
    {
        [Function("FailsOnce")]
        public async Task RunAsync([ServiceBusTrigger("work", IsBatched = true)] ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions)
        {
            calls.Set($"batch {string.Join(',', messages.Select(message => message.Body.ToString()).Order())}");
            if (messages.Length < 3)
                return;
            await actions.CompleteMessageAsync(messages.Single(message => message.Body.ToString() == "a"));
            throw new InvalidOperationException("Only one of them is liked.");
        }
    }

    internal sealed class Waits(Signal<string> calls, Signal<bool> leave)
    {
        [Function("Waits")]
        public async Task RunAsync([ServiceBusTrigger("work")] string text)
        {
            calls.Set(text);
            await leave.NextAsync();
        }
    }

    internal sealed class NeverEnds(Signal<string> calls)
    {
        [Function("NeverEnds")]
        public async Task RunAsync([ServiceBusTrigger("work")] string text, CancellationToken cancellationToken)
        {
            calls.Set(text);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                calls.Set("cancelled");
            }
        }
    }
}
