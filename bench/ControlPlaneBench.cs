using Formae.Client;

namespace Formae.Bench;

/// <summary>The whole path: HTTP, planning, orchestration, bus, plugin process, rows; measured from outside.</summary>
internal sealed class ControlPlaneBench(BenchOptions options, Results results, string folder)
{
    private static readonly TimeSpan SamplePause = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var plane = await ControlPlane.StartAsync(options.Cli, folder, cancellation);
        results.Add(new Scenario("formae up until ready"), plane.StartTime.TotalSeconds);
        results.Add(new Scenario($"memory of {plane.Processes()} processes, idle", "MB"), plane.Memory());
        using var client = new FormaeClient(new FormaeClientOptions { Server = plane.Address, ClientId = "bench", Timeout = TimeSpan.FromMinutes(10) });
        var caller = new Caller(client);
        try
        {
            await WarmUpAsync(caller, cancellation);
            for (var run = 1; run <= options.Runs; run++)
            {
                if (options.Wants(Parts.Apply))
                    await ApplyAsync(caller, run, cancellation);
                if (options.Wants(Parts.Latency))
                    await LatencyAsync(caller, run, cancellation);
                if (options.Wants(Parts.Chain))
                    await ChainAsync(caller, run, cancellation);
                if (options.Wants(Parts.Large))
                    await LargeAsync(caller, plane, run, cancellation);
            }
        }
        catch (Exception e) when (e is FormaeApiException or FormaeConnectionException or BenchException)
        {
            throw new BenchException($"{e.Message}{Environment.NewLine}The end of the log of 'formae up':{Environment.NewLine}{plane.Log()}");
        }
    }

    private async Task WarmUpAsync(Caller caller, CancellationToken cancellation)
    {
        var count = options.Count(200, 20);
        var document = Documents.Buckets("warm", count, PlaceOf("warm"));
        await caller.ApplyAsync("warm-up", document, count, cancellation);
        await caller.NothingAsync("warm-up", document, cancellation);
        await caller.ApplyAsync("warm-up, update", Documents.Buckets("warm", count, PlaceOf("warm"), versioning: true), count, cancellation);
        await caller.DestroyAsync("warm-up, destroy", document, count, cancellation);
    }

    private async Task ApplyAsync(Caller caller, int run, CancellationToken cancellation)
    {
        var count = options.Count(1000, 100);
        var (stack, place) = ($"apply-{run}", PlaceOf("apply"));
        var document = Documents.Buckets(stack, count, place);
        await MeasureAsync(new Scenario($"create {count:N0}") { Target = 1.5, Terraform = 19.6, Alchemy = 2.06 }, name => caller.ApplyAsync(name, document, count, cancellation));
        await MeasureAsync(new Scenario($"nothing to do, {count:N0}") { Target = 0.2, Terraform = 2.0, Alchemy = 0.46 }, name => caller.NothingAsync(name, document, cancellation));
        var changed = Documents.Buckets(stack, count, place, versioning: true);
        await MeasureAsync(new Scenario($"update one field of {count:N0}") { Terraform = 26.1, Alchemy = 1.6 }, name => caller.ApplyAsync(name, changed, count, cancellation));
        await MeasureAsync(new Scenario($"destroy {count:N0}") { Terraform = 21.6 }, name => caller.DestroyAsync(name, changed, count, cancellation));
    }

    private async Task LatencyAsync(Caller caller, int run, CancellationToken cancellation)
    {
        var count = options.Count(1000, 100);
        var document = Documents.Buckets($"latency-{run}", count, PlaceOf("latency", latencyMs: 50));
        await MeasureAsync(new Scenario($"create {count:N0} in a cloud of 50 ms") { Target = 1.9, Terraform = 25.1, Alchemy = 1.95 }, name => caller.ApplyAsync(name, document, count, cancellation));
    }

    private async Task ChainAsync(Caller caller, int run, CancellationToken cancellation)
    {
        var count = options.Count(1000, 30);
        var document = Documents.Chain($"chain-{run}", count, PlaceOf("chain"));
        await MeasureAsync(new Scenario($"create a chain of {count:N0}") { Target = 3, Terraform = 169, Alchemy = 4.8 }, name => caller.ApplyAsync(name, document, count, cancellation));
    }

    private async Task LargeAsync(Caller caller, ControlPlane plane, int run, CancellationToken cancellation)
    {
        var count = options.Count(10_000, 300);
        var document = Documents.Buckets($"large-{run}", count, PlaceOf("large"));
        using var stopSampling = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var peak = PeakAsync(plane, stopSampling.Token);
        await MeasureAsync(new Scenario($"create {count:N0}") { Target = 12, Alchemy = 13.8 }, name => caller.ApplyAsync(name, document, count, cancellation));
        await stopSampling.CancelAsync();
        results.Add(new Scenario($"memory of all processes, {count:N0}, peak", "MB") { Target = 400 }, await peak);
        await MeasureAsync(new Scenario($"nothing to do, {count:N0}") { Alchemy = 2.3 }, name => caller.NothingAsync(name, document, cancellation));
        await MeasureAsync(new Scenario($"destroy {count:N0}"), name => caller.DestroyAsync(name, document, count, cancellation));
    }

    private async Task MeasureAsync(Scenario scenario, Func<string, Task<TimeSpan>> run) => results.Add(scenario, (await run(scenario.Name)).TotalSeconds);

    private static async Task<double> PeakAsync(ControlPlane plane, CancellationToken stop)
    {
        var peak = 0.0;
        using var timer = new PeriodicTimer(SamplePause);
        try
        {
            do
                peak = Math.Max(peak, plane.Memory());
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The time that was to be watched is over.
        }

        return Math.Max(peak, plane.Memory());
    }

    private Place PlaceOf(string label, int latencyMs = 0) => new(label, Path.Combine(folder, label + ".cloud"), latencyMs);
}
