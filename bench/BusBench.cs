using System.Diagnostics;
using System.Globalization;
using Azure.Messaging.ServiceBus;

namespace Formae.Bench;

/// <summary>What the embedded bus carries: needs a broker with an empty queue "bench".</summary>
internal static class BusBench
{
    private const string Queue = "bench";
    private static readonly byte[] Body = new byte[512];

    public static async Task RunAsync(string connectionString, TextWriter output)
    {
        await using var client = new ServiceBusClient(connectionString);
        await SendSinglesAsync(client, 5_000);
        await DrainAsync(client, 5_000);
        await ReportAsync(output, "single sends, 64 senders", 60_000, SendSinglesAsync, client);
        await ReportAsync(output, "receive and complete, 64 in flight", 60_000, DrainAsync, client);
        await ReportAsync(output, "batches of 100, 8 senders", 200_000, SendBatchesAsync, client);
        await ReportAsync(output, "receive and complete, 64 in flight", 200_000, DrainAsync, client);
        await ReportAsync(output, "send, receive, complete, 64 in flight", 60_000, EndToEndAsync, client);
        var latencies = await LatenciesAsync(client, 2_000);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"bus: send to handler, unloaded: median {latencies[latencies.Length / 2].TotalMilliseconds:F3} ms, 99% {latencies[latencies.Length * 99 / 100].TotalMilliseconds:F3} ms"));
    }

    private static async Task ReportAsync(TextWriter output, string what, int count, Func<ServiceBusClient, int, Task> run, ServiceBusClient client)
    {
        var start = Stopwatch.GetTimestamp();
        await run(client, count);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"bus: {what}: {count / Stopwatch.GetElapsedTime(start).TotalSeconds:N0}/s"));
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
