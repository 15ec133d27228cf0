using System.Diagnostics;
using System.Security.Cryptography;
using Azure.Messaging.ServiceBus;
using Formae.Embedded.ServiceBus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Bench;

/// <summary>What the embedded bus carries by itself, over its socket.</summary>
internal static class BusBench
{
    private const string Queue = "bench";
    private static readonly byte[] Body = new byte[512];

    public static async Task RunAsync(BenchOptions options, Results results, string folder, CancellationToken cancellation)
    {
        var topology = BrokerTopology.Parse($$$"""{"UserConfig":{"Namespaces":[{"Name":"bench","Queues":[{"Name":"{{{Queue}}}"}]}]}}""");
        await using var broker = await Broker.StartAsync(
            new BrokerOptions { DataDirectory = folder, Key = RandomNumberGenerator.GetBytes(32), Topology = topology }, NullLoggerFactory.Instance, TimeProvider.System, cancellation);
        await using var client = new ServiceBusClient(broker.ConnectionString);
        var singles = options.Count(60_000, 1000);
        var batches = options.Count(200_000, 2000);
        await SendSinglesAsync(client, options.Count(5000, 500));
        await DrainAsync(client, options.Count(5000, 500));
        for (var run = 0; run < options.Runs; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            await MeasureAsync(results, "bus, single sends, 64 senders", singles, SendSinglesAsync, client);
            await MeasureAsync(results, "bus, receive and complete, 64 in flight", singles, DrainAsync, client);
            await MeasureAsync(results, "bus, sends in batches of 100, 8 senders", batches, SendBatchesAsync, client);
            await MeasureAsync(results, "bus, receive and complete after batches", batches, DrainAsync, client);
            await MeasureAsync(results, "bus, send, receive, complete, 64 in flight", singles, EndToEndAsync, client);
            var latencies = await LatenciesAsync(client, options.Count(2000, 100));
            results.Add(new Scenario("bus, send to handler, unloaded, median", "ms"), latencies[latencies.Length / 2].TotalMilliseconds);
            results.Add(new Scenario("bus, send to handler, unloaded, 99%", "ms"), latencies[latencies.Length * 99 / 100].TotalMilliseconds);
        }
    }

    private static async Task MeasureAsync(Results results, string what, int count, Func<ServiceBusClient, int, Task> run, ServiceBusClient client)
    {
        var start = Stopwatch.GetTimestamp();
        await run(client, count);
        results.Add(new Scenario(what, "/s"), count / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static Task SendSinglesAsync(ServiceBusClient client, int count)
    {
        var sender = client.CreateSender(Queue);
        return Task.WhenAll(Enumerable.Range(0, 64).Select(async lane =>
        {
            for (var i = lane; i < count; i += 64)
                await sender.SendMessageAsync(new ServiceBusMessage(Body));
        }));
    }

    private static Task SendBatchesAsync(ServiceBusClient client, int count)
    {
        var sender = client.CreateSender(Queue);
        return Task.WhenAll(Enumerable.Range(0, 8).Select(async lane =>
        {
            for (var i = lane; i < count / 100; i += 8)
                await sender.SendMessagesAsync(Enumerable.Range(0, 100).Select(_ => new ServiceBusMessage(Body)));
        }));
    }

    private static async Task DrainAsync(ServiceBusClient client, int count)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = count;
        await using var processor = client.CreateProcessor(Queue, new ServiceBusProcessorOptions { MaxConcurrentCalls = 64, PrefetchCount = 64, AutoCompleteMessages = false });
        processor.ProcessErrorAsync += args =>
        {
            done.TrySetException(args.Exception);
            return Task.CompletedTask;
        };
        processor.ProcessMessageAsync += async args =>
        {
            await args.CompleteMessageAsync(args.Message);
            if (Interlocked.Decrement(ref left) == 0)
                done.TrySetResult();
        };
        await processor.StartProcessingAsync();
        await done.Task;
    }

    private static async Task EndToEndAsync(ServiceBusClient client, int count)
    {
        // At most 64 messages are between their send and their completion.
        using var inFlight = new SemaphoreSlim(64, 64);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = count;
        await using var processor = client.CreateProcessor(Queue, new ServiceBusProcessorOptions { MaxConcurrentCalls = 64, PrefetchCount = 64, AutoCompleteMessages = false });
        processor.ProcessErrorAsync += args =>
        {
            done.TrySetException(args.Exception);
            return Task.CompletedTask;
        };
        processor.ProcessMessageAsync += async args =>
        {
            await args.CompleteMessageAsync(args.Message);
            inFlight.Release();
            if (Interlocked.Decrement(ref left) == 0)
                done.TrySetResult();
        };
        await processor.StartProcessingAsync();
        var sender = client.CreateSender(Queue);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async lane =>
        {
            for (var i = lane; i < count; i += 64)
            {
                await inFlight.WaitAsync();
                await sender.SendMessageAsync(new ServiceBusMessage(Body));
            }
        }));
        await done.Task;
    }

    private static async Task<TimeSpan[]> LatenciesAsync(ServiceBusClient client, int count)
    {
        var latencies = new TimeSpan[count];
        var handled = new SemaphoreSlim(0);
        var sent = 0L;
        var next = 0;
        await using var processor = client.CreateProcessor(Queue, new ServiceBusProcessorOptions());
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        processor.ProcessMessageAsync += _ =>
        {
            latencies[next++] = Stopwatch.GetElapsedTime(Volatile.Read(ref sent));
            handled.Release();
            return Task.CompletedTask;
        };
        await processor.StartProcessingAsync();
        var sender = client.CreateSender(Queue);
        for (var i = 0; i < count; i++)
        {
            Volatile.Write(ref sent, Stopwatch.GetTimestamp());
            await sender.SendMessageAsync(new ServiceBusMessage(Body));
            await handled.WaitAsync();
        }

        Array.Sort(latencies);
        return latencies;
    }
}
