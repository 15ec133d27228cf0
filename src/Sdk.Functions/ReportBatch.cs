using System.Collections.Concurrent;
using System.Text.Json;
using Formae.Messaging.Payloads;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Functions;

/// <summary>
/// Lets reports travel together, because every message costs. A lone report leaves at once; reports that come while a message is being sent go with the
/// next one; and while many operations are at work a report waits a moment for theirs.
/// </summary>
public sealed class ReportBatch : IDisposable
{
    /// <summary>The most reports in one message.</summary>
    public const int MostReports = 50;

    // Leaves room for the message's own properties below the bus's limit of 256 KB.
    internal const int LargestBody = 200_000;

    // What is longer is left as a payload, and a stub travels: a report is handed on to an entity, whose messages should stay small, too.
    internal const int LargestReport = 100_000;

    // So many operations at work are little: what they will report is not worth waiting for.
    private const int Few = 4;

    private readonly ConcurrentDictionary<string, ReportQueue> _queues = new(StringComparer.OrdinalIgnoreCase);
    private readonly Func<string, BinaryData, Task> _send;
    private readonly PayloadStore _payloads;
    private readonly long _limit;
    private readonly TimeSpan _linger;
    private readonly TimeProvider _time;
    private int _atWork;

    /// <summary>A batch for the whole app.</summary>
    /// <param name="send">Sends a body of <see cref="OperationReports"/> to a queue.</param>
    /// <param name="payloads">Where reports are left that are too large to travel.</param>
    /// <param name="limit">The most bytes of a report; a longer one is a failure that says so.</param>
    /// <param name="linger">The most a report waits for others.</param>
    /// <param name="time">The clock of that wait.</param>
    public ReportBatch(Func<string, BinaryData, Task> send, PayloadStore payloads, long limit, TimeSpan linger, TimeProvider time)
    {
        _send = send;
        _payloads = payloads;
        _limit = limit;
        _linger = linger;
        _time = time;
    }

    internal bool ManyAtWork => Volatile.Read(ref _atWork) > Few;

    /// <summary>Says that an operation is at work, which will have something to report when the result is disposed of.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _atWork);
        return new Work(this);
    }

    /// <summary>Sends a report; done when the message it travels in was taken by the bus.</summary>
    public async Task SendAsync(string queue, OperationReport report)
    {
        // Here, so that no stub is too long for its message: what the bus refuses for good would be done again and again.
        report = report.InFewWords();
        var bytes = JsonSerializer.SerializeToUtf8Bytes(report, BusJson.Default.OperationReport);
        if (bytes.Length > LargestReport)
            bytes = JsonSerializer.SerializeToUtf8Bytes(await StubAsync(report, bytes).ConfigureAwait(false), BusJson.Default.OperationReport);
        await _queues.GetOrAdd(queue, name => new ReportQueue(this, body => _send(name, body), _linger, _time)).AddAsync(bytes, report.TraceParent).ConfigureAwait(false);
    }

    /// <summary>Ends the waiting; what waits is not sent any more.</summary>
    public void Dispose()
    {
        foreach (var queue in _queues.Values)
            queue.Dispose();
    }

    private async Task<OperationReport> StubAsync(OperationReport report, byte[] bytes)
    {
        if (bytes.Length > _limit)
            return TooLarge(report, $"has {bytes.Length} bytes, and a report may have {_limit} (FormaeLargestReportBytes)");
        try
        {
            return report with { Properties = null, NativeIds = null, Claim = await _payloads.PutAsync(PayloadStore.Messages, bytes, CancellationToken.None).ConfigureAwait(false) };
        }
        catch (PayloadException nowhere)
        {
            return TooLarge(report, $"has {bytes.Length} bytes and cannot travel. {nowhere.Message}");
        }
    }

    private static OperationReport TooLarge(OperationReport report, string reason) => report with
    {
        Status = OperationStatus.Failure,
        Properties = null,
        NativeIds = null,
        Problem = Problems.Of(
            ProblemCodes.GeneralServiceException,
            $"{report.Verb} ended with {report.Status}, but its report {reason}. The object is too large to be managed."),
    };

    private sealed class Work(ReportBatch batch) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref batch._atWork);
    }
}
