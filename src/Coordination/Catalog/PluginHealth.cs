using Azure;
using Azure.Data.Tables;
using Formae.Coordination.Storage;
using Formae.Model;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Catalog;

/// <summary>
/// How the calls of each namespace have gone: counted from the reports as they come in and added to a row every few seconds. It is for people; what is lost with a process
/// that dies is a few seconds of counting.
/// </summary>
public sealed class PluginHealth(FormaeTables tables, TimeProvider time)
{
    private const string Partition = "health";

    private static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, CallCounts> _heard = new(StringComparer.OrdinalIgnoreCase);
    private DateTimeOffset _writtenAt;

    /// <summary>Counts reports, and writes what was counted when it is time.</summary>
    public async Task HearAsync(OperationReports batch, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var report in batch.Reports.Where(report => report.ResourceType.Length > 0 && report.Status != OperationStatus.InProgress))
            {
                var @namespace = Resource.NamespaceOf(report.ResourceType);
                _heard[@namespace] = (_heard.GetValueOrDefault(@namespace) ?? new CallCounts()).Add(FailureOf(report), now);
            }

            if (now - _writtenAt < WriteEvery)
                return;
            _writtenAt = now;
        }

        await WriteAsync(cancellation);
    }

    public async Task<CallCounts> FindAsync(string @namespace, CancellationToken cancellation)
    {
        var stored = await tables.Plugins.FindAsync(Partition, KeyOf(@namespace), cancellation);
        lock (_lock)
            return (stored is null ? new CallCounts() : Read(stored)).Add(_heard.GetValueOrDefault(@namespace) ?? new CallCounts());
    }

    /// <summary>That there is nothing is an answer, not a failure.</summary>
    private static string? FailureOf(OperationReport report) => report.Problem is { Code: not ProblemCodes.NotFound } problem ? problem.Code : null;

    private async Task WriteAsync(CancellationToken cancellation)
    {
        List<KeyValuePair<string, CallCounts>> heard;
        lock (_lock)
        {
            heard = [.. _heard];
            _heard.Clear();
        }

        foreach (var (@namespace, counts) in heard)
        {
            while (!await TryAddAsync(KeyOf(@namespace), counts, cancellation))
            {
                // Another coordinator was quicker: its counts are read and added to.
            }
        }
    }

    private async Task<bool> TryAddAsync(string key, CallCounts counts, CancellationToken cancellation)
    {
        var stored = await tables.Plugins.FindAsync(Partition, key, cancellation);
        var row = Write(new TableEntity(Partition, key), (stored is null ? new CallCounts() : Read(stored)).Add(counts));
        try
        {
            await (stored is null ? tables.Plugins.AddEntityAsync(row, cancellation) : tables.Plugins.UpdateEntityAsync(row, stored.ETag, TableUpdateMode.Replace, cancellation));
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return false;
        }
    }

    private static string KeyOf(string @namespace) => Keys.Escape(@namespace.ToLowerInvariant());

    private static TableEntity Write(TableEntity row, CallCounts counts)
    {
        row["Since"] = counts.Since;
        row["Calls"] = counts.Calls;
        row["Failures"] = counts.Failures;
        row["CallsBefore"] = counts.CallsBefore;
        row["FailuresBefore"] = counts.FailuresBefore;
        if (counts.LastSuccess is { } success)
            row["LastSuccess"] = success;
        if (counts.LastFailure is { } failure)
            row["LastFailure"] = failure;
        if (counts.LastProblem is { } problem)
            row["LastProblem"] = problem;
        return row;
    }

    private static CallCounts Read(TableEntity row) => new()
    {
        Since = row.GetDateTimeOffset("Since") ?? default,
        Calls = row.GetInt64("Calls") ?? 0,
        Failures = row.GetInt64("Failures") ?? 0,
        CallsBefore = row.GetInt64("CallsBefore") ?? 0,
        FailuresBefore = row.GetInt64("FailuresBefore") ?? 0,
        LastSuccess = row.GetDateTimeOffset("LastSuccess"),
        LastFailure = row.GetDateTimeOffset("LastFailure"),
        LastProblem = row.GetString("LastProblem"),
    };
}
