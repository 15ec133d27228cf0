using System.Collections.Concurrent;
using Formae.Protocol.Bus;

namespace Formae.Sdk.Functions;

/// <summary>
/// What came of work whose report the bus has not taken yet. The request comes again when its delivery has failed; in the same process its work is not done a second time.
/// </summary>
internal sealed class UnsentReports(TimeProvider time)
{
    /// <summary>More than are at work at once. Whose report is not among them is done again, as after a crash.</summary>
    private const int Most = 256;

    private readonly ConcurrentDictionary<string, (OperationReport Report, DateTimeOffset At)> _reports = new(StringComparer.Ordinal);

    public OperationReport? Find(string? messageId) => messageId is { Length: > 0 } && _reports.TryGetValue(messageId, out var kept) ? kept.Report : null;

    public void Keep(string? messageId, OperationReport report)
    {
        if (string.IsNullOrEmpty(messageId))
            return;
        var now = time.GetUtcNow();
        if (_reports.Count >= Most)
            ForgetThoseBefore(now - BusContract.RequestValidity);
        if (_reports.Count < Most)
            _reports[messageId] = (report, now);
    }

    public void Forget(string? messageId)
    {
        if (messageId is not null)
            _reports.TryRemove(messageId, out _);
    }

    /// <summary>Their requests are not valid any more, so nothing asks for them.</summary>
    private void ForgetThoseBefore(DateTimeOffset moment)
    {
        foreach (var (id, kept) in _reports)
        {
            if (kept.At < moment)
                _reports.TryRemove(id, out _);
        }
    }
}
