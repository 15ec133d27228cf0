using System.Buffers;
using System.Text.Json;

namespace Formae.Sdk.Functions;

/// <summary>The reports that wait for one queue.</summary>
internal sealed class ReportQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ReportBatch _batch;
    private readonly Func<BinaryData, Task> _send;
    private readonly TimeSpan _linger;
    private readonly ITimer _timer;
    private List<Waiting> _waiting = [];
    private TaskCompletionSource _sent = NewSignal();
    private int _bytes;
    private int _underWay;

    public ReportQueue(ReportBatch batch, Func<BinaryData, Task> send, TimeSpan linger, TimeProvider time)
    {
        _batch = batch;
        _send = send;
        _linger = linger;
        _timer = time.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Task AddAsync(byte[] report, string? traceParent = null)
    {
        Task sent;
        lock (_lock)
        {
            // The comma and the frame around the reports count too.
            if (_waiting.Count > 0 && _bytes + report.Length + 32 > ReportBatch.LargestBody)
                StartSending();
            _waiting.Add(new Waiting(report, traceParent));
            _bytes += report.Length + 1;
            sent = _sent.Task;
            if (_waiting.Count >= ReportBatch.MostReports || (_underWay == 0 && (!_batch.ManyAtWork || _linger == TimeSpan.Zero)))
                StartSending();
            else if (_waiting.Count == 1)
                _timer.Change(_underWay == 0 ? _linger : LongestWait, Timeout.InfiniteTimeSpan);
        }

        return sent;
    }

    public void Dispose() => _timer.Dispose();

    // While a message is on its way the next one follows when it has arrived; a bus that is slow must not hold reports up for longer than this.
    private static TimeSpan LongestWait => TimeSpan.FromMilliseconds(50);

    private void Flush()
    {
        lock (_lock)
        {
            if (_waiting.Count > 0)
                StartSending();
        }
    }

    private void StartSending()
    {
        var reports = _waiting;
        var sent = _sent;
        _waiting = [];
        _sent = NewSignal();
        _bytes = 0;
        _underWay++;
        _ = SendAsync(reports, sent);
    }

    /// <summary>Whatever comes of it, those who wait are told: they hold the tasks, nobody holds this one.</summary>
    private async Task SendAsync(List<Waiting> reports, TaskCompletionSource sent)
    {
        try
        {
            // Not under the caller's lock.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            using (ReportSpans.Send(reports))
                await _send(BodyOf(reports)).ConfigureAwait(false);
            sent.SetResult();
        }
        catch (Exception failure)
        {
            sent.SetException(failure);
        }

        lock (_lock)
        {
            _underWay--;
            if (_underWay == 0 && _waiting.Count > 0)
                StartSending();
        }
    }

    private static BinaryData BodyOf(List<Waiting> reports)
    {
        var buffer = new ArrayBufferWriter<byte>(reports.Sum(r => r.Body.Length + 1) + 32);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("Reports"u8);
            foreach (var report in reports)
                writer.WriteRawValue(report.Body, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return new BinaryData(buffer.WrittenMemory);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A report that waits, and the trace context of the work that it tells of.</summary>
    internal readonly record struct Waiting(byte[] Body, string? TraceParent);
}
