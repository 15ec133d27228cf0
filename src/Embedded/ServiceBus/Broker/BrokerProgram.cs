using System.Globalization;
using System.Runtime.InteropServices;
using Formae.Embedded.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Formae.Embedded.ServiceBus;

/// <summary>The broker as a process of its own.</summary>
internal static class BrokerProgram
{
    private const string Usage = "usage: broker --data DIR --key-file F --topology F [--port N] [--ready-file F] [--flush-each-commit] [--parent stdin]";

    /// <summary>Runs until a termination signal comes, or, with <c>--parent stdin</c>, until the standard input ends. 0 is a graceful end, 1 a failed start, 2 wrong arguments.</summary>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellation = default) => await RunAsync(args, NullLoggerFactory.Instance, cancellation);

    public static async Task<int> RunAsync(string[] args, ILoggerFactory loggers, CancellationToken cancellation)
    {
        if (Parse(args) is not { } given || !given.TryGetValue("--data", out var data) || !given.TryGetValue("--key-file", out var keyFile) || !given.TryGetValue("--topology", out var topologyFile))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        // A terminal interrupts the parent and its children at once; a child leaves it to its parent in which order they stop.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, given.ContainsKey("--parent") ? context => context.Cancel = true : Stop);
        try
        {
            await using var broker = await Broker.StartAsync(new BrokerOptions
            {
                DataDirectory = data,
                Port = int.Parse(given.GetValueOrDefault("--port", "0"), CultureInfo.InvariantCulture),
                Key = Convert.FromBase64String((await File.ReadAllTextAsync(keyFile, stop.Token)).Trim()),
                Topology = BrokerTopology.Parse(await File.ReadAllTextAsync(topologyFile, stop.Token)),
                FlushEachCommit = given.ContainsKey("--flush-each-commit"),
            }, loggers, TimeProvider.System, stop.Token);
            if (given.TryGetValue("--ready-file", out var readyFile))
                Announce(readyFile, broker.Port);
            await UntilAsync(given.GetValueOrDefault("--parent") == "stdin", stop.Token);
            return 0;
        }
        catch (Exception e) when (e is CorruptStoreException or StoreInUseException or FormatException or IOException or ArgumentException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            await Console.Error.WriteLineAsync($"The broker cannot start: {e.Message}");
            return 1;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static Dictionary<string, string>? Parse(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--flush-each-commit")
                given[args[i]] = "";
            else if (args[i] is "--data" or "--port" or "--key-file" or "--topology" or "--ready-file" or "--parent" && i + 1 < args.Length)
                given[args[i]] = args[++i];
            else
                return null;
        }

        return given;
    }

    /// <summary>The file appears whole or not at all: <c>{"port":N,"processId":N}</c>.</summary>
    private static void Announce(string readyFile, int port)
    {
        var partial = readyFile + ".partial";
        File.WriteAllText(partial, string.Create(CultureInfo.InvariantCulture, $"{{\"port\":{port},\"processId\":{Environment.ProcessId}}}"));
        File.Move(partial, readyFile, overwrite: true);
    }

    private static async Task UntilAsync(bool parentIsStandardInput, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(stopped.SetResult);
        if (!parentIsStandardInput)
        {
            await stopped.Task;
            return;
        }

        var ended = Console.OpenStandardInput().CopyToAsync(Stream.Null, CancellationToken.None);
        await Task.WhenAny(stopped.Task, ended);
    }
}
