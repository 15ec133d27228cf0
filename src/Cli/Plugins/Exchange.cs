using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Azure.Messaging.ServiceBus;
using Formae.Cli.Up;
using Formae.Messaging;
using Formae.Messaging.Payloads;
using Formae.Protocol.Bus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Formae.Cli.Plugins;

/// <summary>The coordinator's side of a bus: signed requests out, announcements and reports in.</summary>
internal sealed class Exchange : IAsyncDisposable
{
    /// <summary>Added to the number of a message that is sent once more by hand, so that its report is told from the first one's.</summary>
    public const int SentAgain = 100_000;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services;
    private readonly ServiceBusClient _client;
    private readonly ConcurrentDictionary<string, ServiceBusSender> _senders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Operation, int Attempt, int Sequence), Waiting> _waiting = new();
    private readonly ConcurrentDictionary<string, PluginAnnouncement> _announced = new(StringComparer.OrdinalIgnoreCase);
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ServiceBusProcessor> _processors = [];

    private Exchange(ServiceProvider services, ServiceBusClient client) => (_services, _client) = (services, client);

    /// <summary>What the plugin said of itself first.</summary>
    public PluginAnnouncement Announcement { get; private set; } = null!;

    private MessageReader Reader => _services.GetRequiredService<MessageReader>();

    private PayloadStore Payloads => _services.GetRequiredService<PayloadStore>();

    /// <param name="bus">The bus.</param>
    /// <param name="settings">Those of the apps: keys and payloads are shared with them.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<Exchange> StartAsync(string bus, IReadOnlyDictionary<string, string?> settings, CancellationToken cancellation)
    {
        var services = new ServiceCollection().AddLogging().AddFormaeMessaging(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();
        var exchange = new Exchange(services, new ServiceBusClient(bus));
        await exchange.ProcessAsync(BusContract.AnnouncementQueue, MessageKinds.Announcement, exchange.TakeAsync, cancellation);
        await exchange.ProcessAsync(BusContract.ReportQueue, MessageKinds.Reports, exchange.TakeAsync, cancellation);
        return exchange;
    }

    /// <summary>Returns when plugins have announced that they take requests from these queues.</summary>
    /// <exception cref="TimeoutException">They have not.</exception>
    public async Task HearAsync(IReadOnlyList<string> queues, TimeSpan patience, CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (queues.FirstOrDefault(queue => !_announced.ContainsKey(queue)) is { } silent)
        {
            await FaultsAsync();
            if (TimeProvider.System.GetElapsedTime(begun) > patience)
                throw new TimeoutException($"The app runs, and did not announce within {patience.TotalSeconds:0} s that it takes requests from {silent}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        }

        Announcement = _announced[queues[0]];
    }

    /// <summary>Sends a request and waits for its report.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    public async Task<OperationReport> AskAsync(string queue, OperationRequest request, CancellationToken cancellation)
    {
        using var waiting = Expect(request);
        await SendAsync(queue, request, cancellation);
        var next = waiting.NextAsync(request.Timeout + Grace, cancellation);
        await await Task.WhenAny(next, _broken.Task);
        return await next
            ?? throw new TimeoutException($"A {request.Verb.ToString().ToLowerInvariant()} had no report {Grace.TotalSeconds:0} s after its deadline.");
    }

    /// <summary>From now on reports of this request are kept.</summary>
    public Waiting Expect(OperationRequest request) => _waiting.GetOrAdd((request.OperationId, request.Attempt, request.Sequence), key => new Waiting(() => _waiting.TryRemove(key, out _)));

    public async Task SendAsync(string queue, OperationRequest request, CancellationToken cancellation)
    {
        await FaultsAsync();
        var message = await _services.GetRequiredService<MessageWriter>().WriteAsync(
            new OutgoingMessage
            {
                Queue = queue,
                Subject = BusContract.RequestSubject,
                Body = JsonSerializer.SerializeToUtf8Bytes(request, BusJson.Default.OperationRequest),
                MessageId = request.MessageId,
                OperationId = request.OperationId,
            },
            cancellation);
        await _senders.GetOrAdd(queue, _client.CreateSender).SendMessageAsync(message, cancellation);
    }

    /// <summary>Whether a queue has no message, also none that somebody works on.</summary>
    public async Task<bool> IsEmptyAsync(string queue, CancellationToken cancellation)
    {
        await using var receiver = _client.CreateReceiver(queue);
        return await receiver.PeekMessageAsync(cancellationToken: cancellation) is null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var processor in _processors)
            await processor.DisposeAsync();
        foreach (var sender in _senders.Values)
            await sender.DisposeAsync();
        await _client.DisposeAsync();
        await _services.DisposeAsync();
    }

    private async Task ProcessAsync<T>(string queue, MessageKind<T> kind, Func<T, Task> take, CancellationToken cancellation) where T : class
    {
        var processor = _client.CreateProcessor(queue, new ServiceBusProcessorOptions { MaxConcurrentCalls = 8, PrefetchCount = 50 });
        _processors.Add(processor);
        processor.ProcessErrorAsync += _ => Task.CompletedTask;
        processor.ProcessMessageAsync += async message =>
        {
            try
            {
                var reading = await Reader.ReadAsync(message.Message, kind, queue, message.CancellationToken);

                // What the coordinator would put aside ends the trial: nothing that follows from it would mean anything.
                if (reading is Reading<T>.Refused { Refusal: var refusal })
                    throw new UpException($"The app has sent a message to {queue} that no coordinator takes. {refusal.Reason}: {refusal.Description}");
                var accepted = (Reading<T>.Accepted)reading;
                await take(accepted.Body);
                await Reader.SettledAsync(accepted.Payload);
            }
            catch (Exception broken) when (!message.CancellationToken.IsCancellationRequested)
            {
                _broken.TrySetException(broken);
            }
        };
        await processor.StartProcessingAsync(cancellation);
    }

    private Task FaultsAsync() => _broken.Task.IsCompleted ? _broken.Task : Task.CompletedTask;

    private Task TakeAsync(PluginAnnouncement announcement)
    {
        _announced[announcement.RequestQueue] = announcement;
        return Task.CompletedTask;
    }

    private async Task TakeAsync(OperationReports reports)
    {
        foreach (var report in reports.Reports)
        {
            if (_waiting.TryGetValue((report.OperationId, report.Attempt, report.Sequence), out var waiting))
                waiting.Take(await WholeAsync(report));
        }
    }

    /// <summary>One that was too large to travel was left beside the bus.</summary>
    private async Task<OperationReport> WholeAsync(OperationReport report)
    {
        if (report.Claim is not { } claim)
            return report;
        var whole = JsonSerializer.Deserialize((await Payloads.GetAsync(claim, CancellationToken.None)).ToMemory().Span, BusJson.Default.OperationReport) ?? throw new JsonException("null is no report.");
        return report with { Properties = whole.Properties, NativeIds = whole.NativeIds, Claim = null };
    }

    /// <summary>The reports of one request, as they come.</summary>
    internal sealed class Waiting(Action done) : IDisposable
    {
        private readonly Channel<OperationReport> _reports = Channel.CreateUnbounded<OperationReport>();

        public void Take(OperationReport report) => _reports.Writer.TryWrite(report);

        /// <summary>The next one; null when none comes in time.</summary>
        public async Task<OperationReport?> NextAsync(TimeSpan within, CancellationToken cancellation)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(within);
            try
            {
                return await _reports.Reader.ReadAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return null;
            }
        }

        public void Dispose() => done();
    }
}
