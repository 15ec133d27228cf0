using System.Diagnostics;
using Formae.Client;

namespace Formae.Bench;

/// <summary>Planning from the request to the answer, by a coordinator that has just started: what a person waits for first.</summary>
internal sealed class PlanRequestBench(BenchOptions options, Results results, string folder)
{
    private readonly Place _place = new("plan", Path.Combine(folder, "plan.cloud"));

    public async Task RunAsync(CancellationToken cancellation)
    {
        var count = options.Count(10_000, 300);
        var (same, changed) = (Documents.Buckets("plan", count, _place), Documents.Buckets("plan", count, _place, versioning: true));
        await WithFreshAsync(async (caller, _) => await caller.ApplyAsync("plan", same, count, cancellation), cancellation);
        for (var run = 0; run < options.Runs; run++)
        {
            await WithFreshAsync((caller, plane) => MeasureAsync("simulate nothing", caller, plane, same, count, 0, target: 1, cancellation), cancellation);
            await WithFreshAsync((caller, plane) => MeasureAsync("simulate updates", caller, plane, changed, count, count, target: 2, cancellation), cancellation);
        }

        // What is new needs no stored resources, so that very many can be planned without making them first.
        var many = options.Count(100_000, 1_000);
        var large = Documents.Buckets("many", many, _place);
        await WithFreshAsync(async (caller, plane) =>
        {
            await MeasureAsync("simulate creates", caller, plane, large, many, many, target: null, cancellation);
            results.Add(new Scenario($"simulate creates, {many:N0}, memory of the largest process", "MB") { Target = 2048 }, plane.Peak());
        }, cancellation);
    }

    private async Task MeasureAsync(string name, Caller caller, ControlPlane plane, byte[] document, int count, int updates, double? target, CancellationToken cancellation)
    {
        foreach (var which in (string[])["first", "second"])
        {
            var (watch, before) = (Stopwatch.StartNew(), plane.ProcessorTime());
            await caller.SimulateAsync(document, updates, cancellation);
            results.Add(new Scenario($"{name}, {count:N0}, {which} request") { Target = which == "first" ? target : null }, watch.Elapsed.TotalSeconds);

            // What the work costs, whatever else the machine does meanwhile.
            results.Add(new Scenario($"{name}, {count:N0}, {which} request, processor time"), plane.ProcessorTime() - before);
        }
    }

    private async Task WithFreshAsync(Func<Caller, ControlPlane, Task> work, CancellationToken cancellation)
    {
        await using var plane = await ControlPlane.StartAsync(options.Cli, folder, cancellation);
        using var client = new FormaeClient(new FormaeClientOptions { Server = plane.Address, ClientId = "bench", Timeout = TimeSpan.FromMinutes(10) });
        try
        {
            await work(new Caller(client), plane);
        }
        catch (Exception e) when (e is FormaeApiException or FormaeConnectionException or BenchException)
        {
            throw new BenchException($"{e.Message}{Environment.NewLine}The end of the log of 'formae up':{Environment.NewLine}{plane.Log()}");
        }
    }
}
