using System.Diagnostics;
using Formae.Client;
using Formae.Protocol.Http;

namespace Formae.Bench;

/// <summary>Gives commands and waits for their ends, disturbing as little as possible.</summary>
internal sealed class Caller(FormaeClient client)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // How long commands of a name took before. A status of thousands of updates is work for the server, so nobody asks before there can be an answer.
    private readonly Dictionary<string, TimeSpan> _expected = new(StringComparer.Ordinal);

    public Task<TimeSpan> ApplyAsync(string name, byte[] document, int updates, CancellationToken cancellation) =>
        RunAsync(name, new SubmitRequest { Kind = SubmitKind.Apply, Mode = SubmitMode.Reconcile, File = FileOf(document) }, updates, cancellation);

    public Task<TimeSpan> DestroyAsync(string name, byte[] document, int updates, CancellationToken cancellation) =>
        RunAsync(name, new SubmitRequest { Kind = SubmitKind.Destroy, File = FileOf(document) }, updates, cancellation);

    /// <summary>An apply that must find nothing to do.</summary>
    public async Task<TimeSpan> NothingAsync(string name, byte[] document, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var answer = await client.SubmitAsync(new SubmitRequest { Kind = SubmitKind.Apply, Mode = SubmitMode.Reconcile, File = FileOf(document) }, cancellation);
        var elapsed = watch.Elapsed;
        return answer.Simulation.ChangesRequired
            ? throw new BenchException($"{name}: the second apply of the same document wants to change {answer.Simulation.Command.ResourceUpdates?.Count} resources.")
            : elapsed;
    }

    /// <summary>A simulation, read to the end, that must find so many updates.</summary>
    public async Task SimulateAsync(byte[] document, int updates, CancellationToken cancellation)
    {
        var answer = await client.SubmitAsync(new SubmitRequest { Kind = SubmitKind.Apply, Mode = SubmitMode.Reconcile, File = FileOf(document), Simulate = true }, cancellation);
        var found = answer.Simulation.Command.ResourceUpdates?.Count ?? 0;
        if (found != updates)
            throw new BenchException($"The simulation finds {found} updates; {updates} were expected.");
    }

    private static SubmitFile FileOf(byte[] document) => new("bench.json", document, "application/json");

    private async Task<TimeSpan> RunAsync(string name, SubmitRequest request, int updates, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var answer = await client.SubmitAsync(request, cancellation);
        if (!answer.Simulation.ChangesRequired)
            throw new BenchException($"{name}: there was nothing to do.");

        // Not near the expected end: where the run before was seen late, this one would be seen late too.
        if (_expected.TryGetValue(name, out var expected) && expected * 0.5 - watch.Elapsed is { Ticks: > 0 } early)
            await Task.Delay(early, cancellation);
        var (finished, movedAt) = (-1, watch.Elapsed);
        while (true)
        {
            var asked = watch.Elapsed;
            var command = await client.GetCommandAsync(answer.CommandId, cancellation);
            var seen = watch.Elapsed;
            if (States.IsFinal(command.State))
            {
                Check(name, command, updates);
                _expected[name] = seen;
                return seen;
            }

            // Slow is a measurement; standing still is a fault.
            var now = Finished(command);
            if (now > finished)
                (finished, movedAt) = (now, seen);
            else if (seen - movedAt > Patience)
                throw new BenchException($"{name}: command {command.CommandId} is {command.State} and has stood at {finished} of {updates} updates for {Patience.TotalMinutes:0} minute.");

            // Asking may take half of the time near the expected end and a tenth before that; but one slow answer must not keep the end from being seen.
            var cost = seen - asked;
            var pause = TimeSpan.FromTicks(Math.Min((expected > TimeSpan.Zero ? cost : cost * 9).Ticks, (seen * 0.1).Ticks));
            await Task.Delay(pause > ShortestPause ? pause : ShortestPause, cancellation);
        }
    }

    private static int Finished(Command command) => command.ResourceUpdates?.Count(update => States.IsFinal(update.State)) ?? 0;

    private static void Check(string name, Command command, int updates)
    {
        var succeeded = command.ResourceUpdates?.Count(update => update.State == States.Success) ?? 0;
        if (command.State == States.Success && succeeded == updates)
            return;
        var first = command.ResourceUpdates?.FirstOrDefault(update => update.State != States.Success);
        throw new BenchException($"{name}: the command ended as {command.State}, {succeeded} of {updates} updates succeeded. {first?.ResourceLabel}: {first?.State} {first?.ErrorMessage}");
    }
}
