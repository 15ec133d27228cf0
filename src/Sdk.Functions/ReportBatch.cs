using System.Collections.Concurrent;
using System.Text.Json;
using Formae.Messaging;
using Formae.Messaging.Payloads;
using Formae.Model;
using Formae.Protocol.Bus;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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
    private readonly DeliveryPatience _patience;
    private int _atWork;

    /// <summary>A batch for the whole app.</summary>
    /// <param name="send">Sends a body of <see cref="OperationReports"/> to a queue.</param>
    /// <param name="payloads">Where reports are left that are too large to travel.</param>
    /// <param name="limit">The most bytes of a report; of a longer one only what was done travels, and that it was too long.</param>
    /// <param name="linger">The most a report waits for others.</param>
    /// <param name="time">The clock of that wait, and of the pauses in which nothing can be sent.</param>
    /// <param name="logger">Hears of what could not be sent at once.</param>
    public ReportBatch(Func<string, BinaryData, Task> send, PayloadStore payloads, long limit, TimeSpan linger, TimeProvider time, ILogger<ReportBatch>? logger = null)
    {
        _send = send;
        _payloads = payloads;
        _limit = limit;
        _linger = linger;
        _time = time;
        _patience = DeliveryPatience.OfFinishedWork(time, logger ?? NullLogger<ReportBatch>.Instance);
        Unsent = new UnsentReports(time);
    }

    /// <summary>Reports that the bus has not taken yet.</summary>
    internal UnsentReports Unsent { get; }

    internal bool ManyAtWork => Volatile.Read(ref _atWork) > Few;

    /// <summary>Says that an operation is at work, which will have something to report when the result is disposed of.</summary>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _atWork);
        return new Work(this);
    }

    /// <summary>Sends a report; done when the message it travels in was taken by the bus. For two minutes it is tried again: the work that it tells of was done.</summary>
    /// <param name="queue">Where to.</param>
    /// <param name="report">What came of an operation.</param>
    /// <param name="cancellationToken">The app stops: nothing is tried again any more.</param>
    public async Task SendAsync(string queue, OperationReport report, CancellationToken cancellationToken = default)
    {
        // Here, so that no stub is too long for its message: what the bus refuses for good would be done again and again.
        report = report.InFewWords();
        var bytes = BytesOf(report);
        if (bytes.Length > LargestReport)
            bytes = BytesOf(await StubAsync(report, bytes, cancellationToken).ConfigureAwait(false));
        await _patience.TryAsync(async () =>
        {
            await _queues.GetOrAdd(queue, name => new ReportQueue(this, body => _send(name, body), _linger, _time)).AddAsync(bytes, report.TraceParent).ConfigureAwait(false);
            return true;
        }, report.OperationId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the waiting; what waits is not sent any more.</summary>
    public void Dispose()
    {
        foreach (var queue in _queues.Values)
            queue.Dispose();
    }

    private static byte[] BytesOf(OperationReport report) => JsonSerializer.SerializeToUtf8Bytes(report, BusJson.Plain.OperationReport);

    private async Task<OperationReport> StubAsync(OperationReport report, byte[] bytes, CancellationToken cancellationToken)
    {
        if (bytes.Length > _limit)
            return Truncated(report, ProblemCodes.GeneralServiceException, $"has {bytes.Length} bytes, and a report may have {_limit} (FormaeLargestReportBytes)");
        try
        {
            var (claim, nowhere) = await _patience.TryAsync(() => LeaveAsync(bytes), report.OperationId, cancellationToken).ConfigureAwait(false);
            return claim is null
                ? Truncated(report, ProblemCodes.GeneralServiceException, $"has {bytes.Length} bytes and cannot travel. {nowhere}")
                : report with { Properties = null, NativeIds = null, Claim = claim };
        }
        catch (Exception away)
        {
            // The bus may take what the payloads' place does not.
            return Truncated(report, ProblemCodes.ServiceInternalError, $"has {bytes.Length} bytes and could not be left where payloads are ({away.GetType().Name}; the plugin's log has more)");
        }
    }

    /// <summary>The claim; or why there is no place for any, which will not pass.</summary>
    private async Task<(PayloadClaim? Claim, string? Nowhere)> LeaveAsync(byte[] bytes)
    {
        try
        {
            return (await _payloads.PutAsync(PayloadStore.Messages, bytes, CancellationToken.None).ConfigureAwait(false), null);
        }
        catch (PayloadException nowhere)
        {
            return (null, nowhere.Message);
        }
    }

    /// <summary>What the report says beside the object. What was done stays done, whether or not it can be told of; what was only read has failed.</summary>
    private static OperationReport Truncated(OperationReport report, string code, string reason)
    {
        var rest = report with { Properties = null, NativeIds = null };
        if (report.Status != OperationStatus.Success || report.Verb == OperationVerb.Delete)
            return rest;
        var text = $"{report.Verb} ended with {report.Status}, but its report {reason}.";
        return report.Verb is OperationVerb.Create or OperationVerb.Update or OperationVerb.Status
            ? rest with { IsTruncated = true, Problem = Problems.Of(code, $"{text} What was done is recorded as it was declared, without what only the plugin knows of it.") }
            : rest with { Status = OperationStatus.Failure, Problem = Problems.Of(code, text) };
    }

    private sealed class Work(ReportBatch batch) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref batch._atWork);
    }
}
