using System.Globalization;
using Formae.Coordination.Queries;
using Formae.Protocol.Http;

namespace Formae.Coordination.Health;

/// <summary>Looks at everything that can be wrong, once. Each look has a time of its own, and one that fails is a finding like any other.</summary>
public sealed class Doctor(StorageChecks storage, BusChecks bus, CommandChecks commands, PluginChecks plugins)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<DoctorReport> ExamineAsync(CancellationToken cancellation)
    {
        var checks = await Task.WhenAll(
            LookAsync("storage", storage.ReachAsync, "See that the storage account is there and the app may read and write its tables (setting FormaeStorage).", cancellation),
            LookAsync("disk", storage.DiskAsync, null, cancellation),
            LookAsync("bus", bus.ReachAsync, "See that the bus is there and the app may use its queues (setting ServiceBus).", cancellation),
            LookAsync("signing", bus.SigningAsync, null, cancellation),
            LookAsync("plugins", plugins.LookAsync, null, cancellation),
            LookAsync("dead letters", bus.DeadLettersAsync, "The coordinator needs the right to listen to the queues of the plugins, too.", cancellation),
            LookAsync("commands", commands.MovingAsync, null, cancellation),
            LookAsync("leases", commands.LeasesAsync, null, cancellation));
        var all = checks.SelectMany(found => found).ToList();
        return new DoctorReport { Version = StatsQuery.Version, Verdict = Verdicts.WorstOf(all), Checks = all };
    }

    public static string Text(TimeSpan time) => time.TotalMinutes < 2 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s")
        : time.TotalHours < 2 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h");

    private static async Task<IReadOnlyList<DoctorCheck>> LookAsync(string name, Func<CancellationToken, Task<IReadOnlyList<DoctorCheck>>> look, string? advice, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await look(patience.Token).WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [new DoctorCheck { Name = name, Verdict = Verdicts.Fail, Detail = $"There was no answer for {Text(Patience)}.", Advice = advice }];
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Azure's messages go on with headers and help; the first line says what it is.
            var reason = e.Message.ReplaceLineEndings("\n").Split('\n')[0];
            return [new DoctorCheck { Name = name, Verdict = Verdicts.Fail, Detail = reason.Length > 300 ? reason[..300] + "…" : reason, Advice = advice }];
        }
    }
}
