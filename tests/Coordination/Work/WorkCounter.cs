using System.Collections.Concurrent;
using Azure;
using Formae.Coordination.Tests.Cluster;
using Formae.Embedded.Tables;
using Formae.Protocol.Bus;

namespace Formae.Coordination.Tests.Work;

/// <summary>Counts what a control plane asks of bus, task hub and tables: what these services limit, and charge for.</summary>
internal sealed class WorkCounter
{
    private readonly ConcurrentDictionary<(string Table, string Partition), int> _rows = new();
    private int _requests;
    private int _reports;
    private int _writes;
    private int _reads;

    public Seams Seams => new()
    {
        Bus = async (queue, _, take) =>
        {
            Interlocked.Increment(ref queue == BusContract.ReportQueue ? ref _reports : ref _requests);
            await take(true);
        },
        Tables = inner => new Counting(inner, this),
    };

    /// <summary>What each of so many things took since this was asked the last time, by the names of tools/Cost/Data/work.json.</summary>
    public IReadOnlyDictionary<string, double> Take(int count)
    {
        double Each(ref int counted) => (double)Interlocked.Exchange(ref counted, 0) / count;
        var took = new Dictionary<string, double>
        {
            ["requests"] = Each(ref _requests),
            ["reports"] = Each(ref _reports),
            ["tableWrites"] = Each(ref _writes),
            ["tableReads"] = Each(ref _reads),
            ["hottestRows"] = (double)_rows.Values.DefaultIfEmpty().Max() / count,
        };
        _rows.Clear();
        return took;
    }

    private sealed class Counting(ITableTransport inner, WorkCounter counter) : DelegatingTransport(inner)
    {
        public override Task<Response> WriteAsync(string table, TableWrite write, CancellationToken cancellationToken)
        {
            counter._rows.AddOrUpdate((table, write.PartitionKey), 1, static (_, rows) => rows + 1);
            return base.WriteAsync(table, write, cancellationToken);
        }

        public override Task<TransactionReply> SubmitAsync(string table, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
        {
            counter._rows.AddOrUpdate((table, writes[0].PartitionKey), static (_, more) => more, static (_, rows, more) => rows + more, writes.Count);
            return base.SubmitAsync(table, writes, cancellationToken);
        }

        protected override Task<T> AroundAsync<T>(string table, bool isWrite, Func<Task<T>> request)
        {
            Interlocked.Increment(ref isWrite ? ref counter._writes : ref counter._reads);
            return request();
        }
    }
}
