using System.Diagnostics;
using System.Globalization;
using Formae.Client;
using Formae.Protocol.Http;

namespace Formae.Bench;

/// <summary>
/// Large commands, many commands and a killed coordinator, on real processes. What is of interest are the ratios: what one resource costs among ten times as many, what
/// memory does while a command is walked, how long nothing moves after a kill.
/// </summary>
internal sealed class ScaleBench(BenchOptions options, Results results, string folder)
{
    private const int Crowd = 20;

    private static readonly TimeSpan SamplePause = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var plane = await ControlPlane.StartAsync(options.Cli, folder, cancellation);
        using var client = new FormaeClient(new FormaeClientOptions { Server = plane.Address, ClientId = "bench", Timeout = TimeSpan.FromMinutes(30) });
        try
        {
            await RunAsync(client, "warm", options.Count(500, 20), cancellation);
            if (options.Wants(Parts.Crowd))
                await CrowdAsync(client, cancellation);
            if (options.Wants(Parts.Recovery))
                await RecoveryAsync(client, plane, cancellation);
            if (options.Wants(Parts.Scale))
                await ScaleAsync(client, plane, cancellation);
        }
        catch (Exception e) when (e is FormaeApiException or FormaeConnectionException or BenchException)
        {
            throw new BenchException($"{e.Message}{Environment.NewLine}The end of the log of 'formae up':{Environment.NewLine}{plane.Log()}");
        }
    }

    private async Task ScaleAsync(FormaeClient client, ControlPlane plane, CancellationToken cancellation)
    {
        int[] counts = [options.Count(1_000, 100), options.Count(10_000, 300), options.Count(100_000, 1_000)];
        var costs = new List<double>();
        foreach (var count in counts)
        {
            using var stopSampling = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var sampling = SampleAsync(plane, stopSampling.Token);
            var before = plane.ProcessorTime();
            var elapsed = await RunAsync(client, $"scale-{count}", count, cancellation);
            await stopSampling.CancelAsync();
            var memory = await sampling;
            results.Add(new Scenario(Name($"create {count:N0}, each"), "ms"), elapsed.TotalMilliseconds / count);

            // What others do on the machine at the same time lengthens the wait, but hardly the work.
            costs.Add((plane.ProcessorTime() - before) * 1000 / count);
            results.Add(new Scenario(Name($"processor time of {count:N0}, each"), "ms"), costs[^1]);
            results.Add(new Scenario(Name($"memory of all processes, {count:N0}, peak"), "MB"), memory.Max());
            results.Add(new Scenario(Name($"memory, {count:N0}: second half of the time to the first"), "x") { Target = 1.1 }, memory[(memory.Count / 2)..].Max() / memory[..((memory.Count + 1) / 2)].Max());
        }

        results.Add(new Scenario(Name($"processor time, each of {counts[2]:N0} to each of {counts[1]:N0}"), "x") { Target = 1.2 }, costs[2] / costs[1]);
    }

    private async Task CrowdAsync(FormaeClient client, CancellationToken cancellation)
    {
        var count = options.Count(200, 10);
        var together = await RunAsync(client, "alone", count * Crowd, cancellation);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Crowd).Select(stack => RunAsync(client, $"crowd-{stack}", count, cancellation)));
        results.Add(new Scenario(Name($"{Crowd} commands of {count:N0} at once")), watch.Elapsed.TotalSeconds);
        results.Add(new Scenario(Name($"{Crowd} commands at once to one as large"), "x"), watch.Elapsed / together);
    }

    /// <summary>Kills the coordinator when a tenth is done, and waits for an operation that has ended after that.</summary>
    private async Task RecoveryAsync(FormaeClient client, ControlPlane plane, CancellationToken cancellation)
    {
        var count = options.Count(10_000, 3_000);
        var id = await SubmitAsync(client, "recovery", count, cancellation);
        var ended = 0;
        DateTimeOffset? killed = null;
        TimeSpan? flows = null;
        var last = default(CommandProgress);
        await foreach (var happened in client.WatchCommandAsync(id, cancellation: cancellation))
        {
            if (happened is CommandEvent.End end)
                last = end.Command;
            if (happened is not CommandEvent.Update { Change: { State: States.Success, Of: UpdateChange.Resource } change })
                continue;
            if (killed is null && ++ended >= count / 10)
            {
                plane.KillCoordinator();
                killed = DateTimeOffset.UtcNow;
            }
            else if (killed is { } at && flows is null && change is { StartedAt: { } started, Duration: { } took } && started + TimeSpan.FromMilliseconds(took) is var finished && finished > at)
            {
                flows = finished - at;
            }
        }

        Check("recovery", last, count);
        if (flows is not { } time)
            throw new BenchException("recovery: no operation ended after the coordinator was killed.");
        results.Add(new Scenario(Name($"operations end again after kill -9 of the coordinator in {count:N0}")) { Target = 3 }, time.TotalSeconds);
        results.Add(new Scenario("the same to 'formae up until ready'", "x"), time / plane.StartTime);
    }

    private async Task<TimeSpan> RunAsync(FormaeClient client, string stack, int count, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var id = await SubmitAsync(client, stack, count, cancellation);
        var last = default(CommandProgress);
        await foreach (var happened in client.WatchCommandAsync(id, cancellation: cancellation))
        {
            if (happened is CommandEvent.End end)
                last = end.Command;
        }

        Check(stack, last, count);
        return watch.Elapsed;
    }

    private async Task<string> SubmitAsync(FormaeClient client, string stack, int count, CancellationToken cancellation)
    {
        var document = Documents.Buckets(stack, count, new Place("scale", Path.Combine(folder, "scale.cloud")));
        var answer = await client.SubmitAsync(
            new SubmitRequest { Kind = SubmitKind.Apply, Mode = SubmitMode.Reconcile, File = new SubmitFile("bench.json", document, "application/json") }, cancellation);
        return answer.CommandId;
    }

    private static void Check(string name, CommandProgress? command, int count)
    {
        var succeeded = command?.Updates.GetValueOrDefault(States.Success) ?? 0;
        if (command?.State != States.Success || succeeded < count)
            throw new BenchException($"{name}: the command ended as {command?.State}, {succeeded} of {count} updates succeeded. {command?.Error}");
    }

    private static async Task<List<double>> SampleAsync(ControlPlane plane, CancellationToken stop)
    {
        var samples = new List<double> { plane.Memory() };
        using var timer = new PeriodicTimer(SamplePause);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                samples.Add(plane.Memory());
        }
        catch (OperationCanceledException)
        {
            // The time that was to be watched is over.
        }

        return [.. samples, plane.Memory()];
    }

    private static string Name(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
