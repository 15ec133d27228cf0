using System.Runtime.InteropServices;
using Formae.Bench;

var output = Console.Out;
BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
}
catch (BenchException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

if (options.List)
{
    output.WriteLine(string.Join(Environment.NewLine, Parts.All));
    return 0;
}

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var folder = Directory.CreateTempSubdirectory("formae-bench-").FullName;
try
{
    var results = new Results(output, options.Quick);
    output.WriteLine($"{Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {(options.Quick ? "quick" : $"{options.Runs} runs")}");
    foreach (var (name, run) in Sections(results))
    {
        output.WriteLine($"{name}:");
        await run();
    }

    results.Print();
    if (!results.Missed.Any())
        return 0;
    Console.Error.WriteLine($"Missed: {string.Join("; ", results.Missed)}.");
    return 1;
}
catch (BenchException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped.");
    return 130;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

IEnumerable<(string Name, Func<Task> Run)> Sections(Results results)
{
    if (options.Wants(Parts.Plan))
    {
        yield return ("planning alone", () => new PlanBench(options, results).RunAsync());
        yield return ("planning over HTTP", () => new PlanRequestBench(options, results, Path.Combine(folder, "plan")).RunAsync(stop.Token));
    }

    if (Parts.OfControlPlane.Any(options.Wants))
        yield return ("control plane", () => new ControlPlaneBench(options, results, Path.Combine(folder, "up")).RunAsync(stop.Token));
    if (Parts.OfScale.Any(options.Wants))
        yield return ("scale", () => new ScaleBench(options, results, Path.Combine(folder, "scale")).RunAsync(stop.Token));
    if (options.Wants(Parts.Terraform))
        yield return ("Terraform beside it", () => new TerraformPeer(options, results, output, Path.Combine(folder, "terraform")).RunAsync(stop.Token));
    if (options.Wants(Parts.Bus))
        yield return ("bus alone", () => BusBench.RunAsync(options, results, Path.Combine(folder, "bus"), stop.Token));
    if (options.Wants(Parts.Tables))
        yield return ("tables alone", () => TableBench.RunAsync(options, results, Path.Combine(folder, "tables"), stop.Token));
    if (options.Wants(Parts.TaskHub))
        yield return ("task hub alone", () => TaskHubBench.RunAsync(options, results, stop.Token));
}
